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

BY_REQUEST = ("load_balancing.algorithm.type", "load_balancing.algorithm.anomaly_mitigation", "slow_start.duration_seconds")
"""Os que só um grupo de destino em HTTP tem: os outros protocolos se distribuem por conexão."""
ALONGSIDE: dict[tuple[str, str], tuple[str, str]] = {
    ("slow_start.duration_seconds", "0"): ("load_balancing.algorithm.type", "round_robin"),
    ("load_balancing.algorithm.anomaly_mitigation", "off"): ("load_balancing.algorithm.type", "weighted_random"),
}
"""De um atributo, com o valor que o desliga, o outro e o valor que ele pede quando ligado.

https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-target-group-attributes.html
"""
TERMINATIONS = ("AllocationStrategy", "ClosestToNextInstanceHour", "Default", "NewestInstance", "OldestInstance", "OldestLaunchConfiguration",
                "OldestLaunchTemplate")
"""https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-termination-policies.html"""


def accepted(name: str, value: str) -> bool:
    """O ELB aceita o valor; de um atributo que não se conhece, só se julga o que liga e desliga."""
    if name in RANGES:
        return value.isdecimal() and len(value) < 9 and int(value) in RANGES[name]
    if name in CHOICES:
        return value in CHOICES[name]
    return not name.endswith(".enabled") or value.lower() in SWITCH
