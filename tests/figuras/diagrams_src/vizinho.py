import os
from diagrams import Diagram
from diagrams.aws.compute import EC2

names = open("imagens/nomes.txt", encoding="utf-8").read().split()
print("drawing", len(names), "servers")
os.chdir("/")
with Diagram("Names from a file", show=False):
    servers = [EC2(name) for name in names]
    for one, other in zip(servers, servers[1:]):
        one >> other
