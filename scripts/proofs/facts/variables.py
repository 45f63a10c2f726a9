"""As variáveis de ambiente que não são do programa: quem as lê é o sistema, o interpretador, o SDK ou uma biblioteca.

De uma variável que o programa não lê se pergunta aqui se ela muda o que ele faz. Lê-se o nome; o valor, só onde ele decide.
"""

from __future__ import annotations

import re

STEERING = re.compile(
    r"AWS_|LAMBDA_|_|LD_|PYTHON|NODE_|JAVA_|JDK_|DOTNET_|CORECLR_|GEM_|RUBY|PERL5|PATH$|HOME$|TMPDIR$|SHELL$|USER$|IFS$|ENV$|BASH_ENV$|"
    r"SHELLOPTS$|BASHOPTS$|SSL_|OPENSSL_|REQUESTS_CA|CURL_|BOTO_|OTEL_|PIP_|VIRTUAL_ENV|GUNICORN_|UVICORN_|WEB_CONCURRENCY$|FLASK_|WERKZEUG_|"
    r"DJANGO_|KUBE|GLIBC_TUNABLES$|HOSTALIASES$|RES_OPTIONS$|LOCALDOMAIN$|(?:HTTPS?|ALL|NO|FTP)_PROXY$|"
    r"PG(?:HOSTADDR|SERVICE|SYSCONFDIR|OPTIONS|PASSFILE|TARGETSESSIONATTRS|LOADBALANCEHOSTS|CHANNELBINDING|GSS|KRB|REQUIRE|SSLNEGOTIATION|"
    r"SSLCERT|SSLKEY|SSLCRL|SSLSNI|(?:SSL)?(?:MIN|MAX)PROTOCOLVERSION)", re.IGNORECASE)
"""Os nomes com que o sistema, o interpretador, o SDK ou uma biblioteca decidem como o programa inicia, com quem fala e com que credencial.

https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
https://docs.aws.amazon.com/sdkref/latest/guide/settings-reference.html
https://docs.python.org/3/using/cmdline.html#environment-variables
https://www.postgresql.org/docs/current/libpq-envars.html
"""
QUIET = frozenset("""
    AWS_RETRY_MODE AWS_MAX_ATTEMPTS AWS_STS_REGIONAL_ENDPOINTS AWS_NODEJS_CONNECTION_REUSE_ENABLED AWS_XRAY_CONTEXT_MISSING AWS_PAGER
    AWS_METADATA_SERVICE_TIMEOUT AWS_METADATA_SERVICE_NUM_ATTEMPTS
    PYTHONUNBUFFERED PYTHONDONTWRITEBYTECODE PYTHONHASHSEED PYTHONFAULTHANDLER PYTHONIOENCODING PYTHONUTF8 NODE_ENV
    PIP_NO_CACHE_DIR PIP_DISABLE_PIP_VERSION_CHECK PIP_NO_INPUT PIP_PROGRESS_BAR PIP_QUIET
""".split())
"""Os que só mudam o ritmo das tentativas e o que se registra."""
SESSION = re.compile(r"(?:\s*-c\s*(?:statement_timeout|lock_timeout|idle_in_transaction_session_timeout|idle_session_timeout|timezone|"
                     r"application_name|client_min_messages)=[^\s\\]+)*\s*", re.IGNORECASE)
"""O que `PGOPTIONS` pode dizer sem mudar o que a sessão vê e grava: https://www.postgresql.org/docs/current/runtime-config-client.html"""
LIBPQ = frozenset(
    "PGHOST PGHOSTADDR PGPORT PGDATABASE PGUSER PGPASSWORD PGPASSFILE PGSERVICE PGSERVICEFILE PGOPTIONS PGAPPNAME PGSSLMODE PGSSLNEGOTIATION "
    "PGSSLCOMPRESSION PGSSLCERT PGSSLKEY PGSSLCERTMODE PGSSLROOTCERT PGSSLCRL PGSSLCRLDIR PGSSLSNI PGREQUIREPEER PGREQUIREAUTH PGREQUIRESSL "
    "PGSSLMINPROTOCOLVERSION PGSSLMAXPROTOCOLVERSION PGCHANNELBINDING PGGSSENCMODE PGKRBSRVNAME PGGSSLIB PGGSSDELEGATION PGCONNECT_TIMEOUT "
    "PGCLIENTENCODING PGTARGETSESSIONATTRS PGLOADBALANCEHOSTS PGDATESTYLE PGTZ PGGEQO PGSYSCONFDIR PGLOCALEDIR PGMINPROTOCOLVERSION "
    "PGMAXPROTOCOLVERSION".split())
"""O que a biblioteca do PostgreSQL lê. https://www.postgresql.org/docs/current/libpq-envars.html"""
POSTGRES = re.compile(r"psycopg|asyncpg|aiopg|libpq|\bpsql\b|\bpg_\w+|[Pp]ostgres|sqlalchemy|sqlmodel|peewee|tortoise|django|pg8000")
"""O que diz que um programa fala com um PostgreSQL, por si ou pela biblioteca que usa."""


def steers(name: str, value: str | None = None) -> bool:
    """Se esta variável, que não é do programa, muda como ele age; sem o valor, o que dependeria dele conta."""
    if name == "PGOPTIONS" and value is not None:
        return not SESSION.fullmatch(value)
    return bool(STEERING.match(name)) and name not in QUIET


def speaks_postgres(*texts: str) -> bool:
    """Algum destes programas usa a biblioteca do PostgreSQL, que lê as variáveis de `LIBPQ`."""
    return any(map(POSTGRES.search, texts))
