"""Where a request comes from, as far as one who comes can choose freely."""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address, ip_network

HOUSE = 64


def network_of(address: str) -> str:
    """Return what attempts are counted by: an IPv4 address, or the network of an IPv6 one.

    A house is given 2**64 addresses of the new kind, and whoever lives there chooses among them.
    """
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if not isinstance(found, IPv6Address):
        return str(found)
    if found.ipv4_mapped is not None:
        return str(found.ipv4_mapped)
    return str(ip_network((found, HOUSE), strict=False))
