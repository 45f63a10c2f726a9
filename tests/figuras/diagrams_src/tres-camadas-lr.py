from diagrams import Cluster, Diagram
from diagrams.aws.compute import AutoScaling, EC2
from diagrams.aws.database import RDS, ElastiCache
from diagrams.aws.network import ELB, Route53

with Diagram("Three-tier web application", show=False):
    dns = Route53("dns")
    lb = ELB("load balancer")
    with Cluster("VPC"):
        with Cluster("Web tier"):
            AutoScaling("web asg")
            web = [EC2("web1"), EC2("web2"), EC2("web3")]
        with Cluster("App tier"):
            AutoScaling("app asg")
            app = [EC2("app1"), EC2("app2")]
        with Cluster("Data tier"):
            primary = RDS("primary")
            primary - RDS("standby")
            cache = ElastiCache("sessions")
    dns >> lb >> web
    for w in web:
        w >> app
    for a in app:
        a >> primary
        a >> cache
