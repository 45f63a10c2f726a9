import os
from urllib.parse import quote
from diagrams import Diagram, Edge
from diagrams.aws.storage import S3
from diagrams.custom import Custom

HERE = os.path.dirname(os.path.abspath(__file__))
with Diagram("Own icons", filename="imagens/fig", show=False):
    svg = Custom("vector", os.path.join(HERE, "imagens", "losango.svg"))
    beside = Custom("beside the output", "ponto.png")
    broken = Custom("not an image", "imagens/texto.png")
    svg >> Edge(label="draws") >> beside >> broken >> S3("bucket")
