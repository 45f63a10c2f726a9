"""`executar`: o fluxo de uma página rodado sem conta na AWS, a partir do template dela.

O código do template roda; o estado da AWS é simulado; quem decide o que cada papel pode são as
políticas do próprio template; a rede e o que não se roda valem o que as provas dizem. Um módulo por
pergunta: `stack`, quanto vale cada expressão; `door`, o que o papel pode; `gateway`, o estado simulado e
os eventos; `child`, o código que roda; `lab`, o que um arquivo de `fluxos/` usa; `trace`, o que se conta.
"""
