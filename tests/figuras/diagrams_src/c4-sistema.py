from diagrams import Diagram
from diagrams.c4 import Container, Database, Person, Relationship, System, SystemBoundary

with Diagram("Container diagram for Internet Banking System", direction="TB", show=False, graph_attr={"splines": "spline"}):
    customer = Person(name="Personal Banking Customer", description="A customer of the bank, with personal bank accounts.")
    with SystemBoundary("Internet Banking System"):
        webapp = Container(name="Web Application", technology="Java and Spring MVC", description="Delivers the static content and the Internet banking single page application.")
        spa = Container(name="Single-Page Application", technology="Javascript and Angular", description="Provides all of the Internet banking functionality to customers via their web browser.")
        api = Container(name="API Application", technology="Java and Spring MVC", description="Provides Internet banking functionality via a JSON/HTTPS API.")
        database = Database(name="Database", technology="Oracle Database Schema", description="Stores user registration information, hashed credentials, access logs, etc.")
    email = System(name="E-mail System", description="The internal Microsoft Exchange e-mail system.", external=True)
    customer >> Relationship("Visits bigbank.com/ib using [HTTPS]") >> webapp
    customer >> Relationship("Views account balances, and makes payments using") >> spa
    webapp >> Relationship("Delivers to the customer's web browser") >> spa
    spa >> Relationship("Make API calls to [JSON/HTTPS]") >> api
    api >> Relationship("reads from and writes to") >> database
    api >> Relationship("Sends email using [SMTP]") >> email
    customer << Relationship("Sends e-mails to") << email
