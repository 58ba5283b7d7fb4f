"""The same pipeline as a user of FastStream, Starlette and PyMongo would write it."""
