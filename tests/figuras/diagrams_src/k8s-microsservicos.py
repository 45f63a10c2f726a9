from diagrams import Cluster, Diagram, Edge
from diagrams.k8s.compute import Deploy, Pod
from diagrams.k8s.network import Ing, SVC
from diagrams.k8s.rbac import SA
from diagrams.onprem.monitoring import Grafana, Prometheus
from diagrams.onprem.queue import Kafka
from diagrams.onprem.database import MongoDB

with Diagram("Shop on Kubernetes", direction="TB", show=False):
    ing = Ing("shop.example.com")
    with Cluster("namespace: shop"):
        with Cluster("cart"):
            cart = SVC("cart")
            cart >> Pod("cart-7f6")
        with Cluster("catalog"):
            catalog = SVC("catalog")
            catalog >> Pod("catalog-8c1")
        with Cluster("orders"):
            orders = SVC("orders")
            order_pod = Pod("orders-55d")
            orders >> order_pod
        SA("shop-sa")
    with Cluster("namespace: infra"):
        kafka = Kafka("events")
        mongo = MongoDB("mongo")
        prom = Prometheus("metrics")
        prom << Grafana("dashboards")
    ing >> Edge(label="/cart") >> cart
    ing >> Edge(label="/catalog") >> catalog
    ing >> Edge(label="/orders") >> orders
    order_pod >> Edge(label="publish") >> kafka
    order_pod >> Edge(label="save") >> mongo
    [cart, catalog, orders] << Edge(color="firebrick", style="dashed", label="scrape") << prom
