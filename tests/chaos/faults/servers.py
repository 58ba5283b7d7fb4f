"""A broker and a database that die, stand still, run out of room, or lose a queue or a binding."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

from services.chassis.messaging.topology import events_exchange, work_queue
from services.contracts.catalogue import CONTRACTS, Contract
from tests.chaos.faults.kinds import BUS, STORE, Kind, Planned, nothing

if TYPE_CHECKING:
    from tests.chaos.system import System


def kill_bus(system: System, _fault: Planned) -> None:
    """End the broker as a power cut would."""
    system.bus.kill()


def start_bus(system: System, _fault: Planned) -> None:
    """Start it again, on what it had on disk."""
    system.bus.start()
    system.tap.open()


def stop_bus(system: System, _fault: Planned) -> None:
    """Stop the broker in order: it says good-bye to its clients."""
    system.bus.stop()


def pause_bus(system: System, _fault: Planned) -> None:
    """Have it stand still with all connections open."""
    system.bus.pause()


def resume_bus(system: System, _fault: Planned) -> None:
    """Have it go on."""
    system.bus.resume()


def memory_alarm(system: System, _fault: Planned) -> None:
    """Let it believe that memory is used up: publishers are blocked."""
    system.bus.control("set_vm_memory_high_watermark", "0.00001")


def memory_again(system: System, _fault: Planned) -> None:
    """Let it use memory again."""
    system.bus.control("set_vm_memory_high_watermark", "0.4")


def disk_alarm(system: System, _fault: Planned) -> None:
    """Let it believe that the disk is full: publishers are blocked."""
    system.bus.control("set_disk_free_limit", "1000000GB")


def disk_again(system: System, _fault: Planned) -> None:
    """Let it use the disk again."""
    system.bus.control("set_disk_free_limit", "50MB")


def delete_queue(system: System, fault: Planned) -> None:
    """Delete a queue with all that waits in it."""
    contract, hearer = hearing(fault)
    with system.bus.channel() as channel:
        channel.queue_delete(work_queue(hearer, contract))


def delete_binding(system: System, fault: Planned) -> None:
    """Let what is said not come to one of its hearers."""
    contract, hearer = hearing(fault)
    with system.bus.channel() as channel:
        channel.queue_unbind(
            work_queue(hearer, contract), events_exchange(contract.publisher), contract.routing_key
        )


def hearing(fault: Planned) -> tuple[Contract, str]:
    """Return the event and the hearer that a fault is about."""
    pairs = [(contract, hearer) for contract in CONTRACTS for hearer in contract.lasting_hearers]
    return Random(fault.salt).choice(pairs)


def kill_store(system: System, _fault: Planned) -> None:
    """End the database as a power cut would."""
    system.store.kill()


def start_store(system: System, _fault: Planned) -> None:
    """Start it again, on what it had on disk."""
    system.store.start()


def stop_store(system: System, _fault: Planned) -> None:
    """Stop the database in order."""
    system.store.stop()


def pause_store(system: System, _fault: Planned) -> None:
    """Have it stand still with all connections open."""
    system.store.pause()


def resume_store(system: System, _fault: Planned) -> None:
    """Have it go on."""
    system.store.resume()


KINDS = (
    Kind("kill", (BUS,), 1, 4, kill_bus, start_bus),
    Kind("stop", (BUS,), 0, 1, stop_bus, start_bus),
    Kind("pause", (BUS,), 5, 9, pause_bus, resume_bus, parks=True),
    Kind("memory alarm", (BUS,), 3, 6, memory_alarm, memory_again, parks=True),
    Kind("disk alarm", (BUS,), 3, 6, disk_alarm, disk_again, parks=True),
    Kind("delete a queue", (BUS,), 0, 1, delete_queue, nothing),
    Kind("delete a binding", (BUS,), 0, 1, delete_binding, nothing),
    Kind("kill", (STORE,), 1, 4, kill_store, start_store),
    Kind("stop", (STORE,), 0, 2, stop_store, start_store),
    Kind("pause", (STORE,), 4, 8, pause_store, resume_store, parks=True),
)
