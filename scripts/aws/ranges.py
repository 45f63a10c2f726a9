"""O que os atributos dos balanceadores e dos grupos de destino aceitam: fora disso, o ELB os recusa.

https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_TargetGroupAttribute.html
https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_LoadBalancerAttribute.html
"""

from __future__ import annotations

from collections.abc import Container

SWITCH = ("true", "false")
WEEK = 604_800
RANGES: dict[str, Container[int]] = {
    "deregistration_delay.timeout_seconds": range(3601),
    "slow_start.duration_seconds": (0, *range(30, 901)),
    "stickiness.lb_cookie.duration_seconds": range(1, WEEK + 1),
    "stickiness.app_cookie.duration_seconds": range(1, WEEK + 1),
    "idle_timeout.timeout_seconds": range(1, 4001),
    "client_keep_alive.seconds": range(60, WEEK + 1),
}
CHOICES: dict[str, tuple[str, ...]] = {
    "load_balancing.algorithm.type": ("round_robin", "least_outstanding_requests", "weighted_random"),
    "load_balancing.algorithm.anomaly_mitigation": ("on", "off"),
    "load_balancing.cross_zone.enabled": (*SWITCH, "use_load_balancer_configuration"),
    "stickiness.type": ("lb_cookie", "app_cookie", "source_ip", "source_ip_dest_ip", "source_ip_dest_ip_proto"),
    "routing.http.desync_mitigation_mode": ("monitor", "defensive", "strictest"),
    "routing.http.xff_header_processing.mode": ("append", "preserve", "remove"),
}


def accepted(name: str, value: str) -> bool:
    """O ELB aceita o valor; de um atributo que não se conhece, só se julga o que liga e desliga."""
    if name in RANGES:
        return value.isdecimal() and len(value) < 9 and int(value) in RANGES[name]
    if name in CHOICES:
        return value in CHOICES[name]
    return not name.endswith(".enabled") or value.lower() in SWITCH
