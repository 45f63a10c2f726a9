from diagrams import Cluster, Diagram, Edge, Node
from diagrams.aws.compute import EC2

with Diagram("Shapes", show=False):
    note = Node("just text\nno box", shape="plaintext")
    box = Node("plain box", shape="box", style="filled", fillcolor="lightyellow")
    dark = Node("dark box", shape="box", style="rounded,filled", fillcolor="dodgerblue4", fontcolor="white")
    dot = Node("", shape="point")
    oval = Node("oval", shape="ellipse")
    default = Node("default shape")
    a = EC2("server")
    note >> box >> dark >> dot
    dot >> [oval, default] >> a
