from diagrams import Cluster, Diagram
from diagrams.k8s.clusterconfig import HPA
from diagrams.k8s.compute import Deployment, Pod, ReplicaSet, StatefulSet
from diagrams.k8s.network import Ingress, Service
from diagrams.k8s.podconfig import ConfigMap, Secret
from diagrams.k8s.storage import PV, PVC, StorageClass

with Diagram("Exposed Pods and stateful set", show=False):
    net = Ingress("domain.com") >> Service("svc")
    net >> [Pod("pod1"), Pod("pod2"), Pod("pod3")] << ReplicaSet("rs") << Deployment("dp") << HPA("hpa")
    with Cluster("database namespace"):
        svc = Service("pg")
        sts = StatefulSet("sts")
        cfg = ConfigMap("settings")
        sec = Secret("password")
        apps = []
        for i in range(3):
            pod = Pod(f"pg-{i}")
            pvc = PVC(f"data-{i}")
            pod - sts - pvc
            apps.append(svc >> pod >> pvc)
        apps << PV("pv") << StorageClass("sc")
