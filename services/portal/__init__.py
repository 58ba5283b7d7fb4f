"""The portal: the only open door. Sign-in, public API, pages and the live alert stream."""
