"""The tables of a journal in PostgreSQL, and how a schema is made, known and brought up to date.

https://www.postgresql.org/docs/15/ddl-schemas.html
"""

from psycopg import sql

from fhir_kb.errors import StoreError
from fhir_kb.store.journal.postgres_connections import Connection

APPLICATION = "fhir_kb journal"

MIGRATIONS: tuple[str, ...] = (
    """
    CREATE TABLE version (
        sequence bigint PRIMARY KEY, method text NOT NULL, type text COLLATE "C" NOT NULL,
        id text COLLATE "C" NOT NULL, version_id text COLLATE "C" NOT NULL,
        last_updated text NOT NULL, instant bigint NOT NULL, digest bytea NOT NULL,
        seal bigint NOT NULL, indexed_by text NOT NULL, index_rows bytea NOT NULL,
        body bytea NOT NULL
    );
    CREATE UNIQUE INDEX version_by_version_id ON version (type, id, version_id);
    CREATE INDEX version_by_resource ON version (type, id, sequence);
    CREATE INDEX version_by_type ON version (type, sequence);
    CREATE INDEX version_by_instant ON version (instant);
    """,
)
"""Each brings a schema from the format of its place to the next; only ever added to."""


def prepare_schema(
    connection: Connection, schema: str, lock: int, migrations: tuple[str, ...] = MIGRATIONS
) -> str:
    """Make the schema when it is missing, else bring it up to date; return its identity.

    Under the writers' ``lock``, in one transaction. Refuses (StoreError) a schema that is none
    of ours, and one that a newer release wrote.
    """
    with connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(%s)", (lock,))
        if not _is_there(connection, schema):
            _make(connection, schema)
        about: dict[str, str] = dict(connection.execute("SELECT name, value FROM about").fetchall())
        format = int(about["format"])
        if format > len(migrations):
            raise StoreError(
                f"The schema {schema} has format {format} of a newer fhir_kb; this one reads up "
                f"to {len(migrations)}. Run the newer one"
            )
        for migration in migrations[format:]:
            connection.execute(migration.encode())
        if format < len(migrations):
            format_now = str(len(migrations))
            connection.execute("UPDATE about SET value = %s WHERE name = 'format'", (format_now,))
    return about["identity"]


def _is_there(connection: Connection, schema: str) -> bool:
    """Whether the schema is ours; refuse one of another application."""
    known = connection.execute(
        "SELECT obj_description(oid, 'pg_namespace') FROM pg_namespace WHERE nspname = %s",
        (schema,),
    ).fetchone()
    if known is not None and known[0] != APPLICATION:
        raise StoreError(f"The schema {schema} is of another application; use another database")
    return known is not None


def _make(connection: Connection, schema: str) -> None:
    name, comment = sql.Identifier(schema), sql.Literal(APPLICATION)
    connection.execute(sql.SQL("CREATE SCHEMA {}").format(name))
    connection.execute(sql.SQL("COMMENT ON SCHEMA {} IS {}").format(name, comment))
    connection.execute("CREATE TABLE about (name text PRIMARY KEY, value text NOT NULL)")
    connection.execute(
        "INSERT INTO about VALUES ('format', '0'), "
        "('identity', replace(gen_random_uuid()::text, '-', ''))"
    )
