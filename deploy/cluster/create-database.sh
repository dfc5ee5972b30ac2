#!/bin/sh
# Creates the database and the roles of Roster on a new primary: /etc/patroni/create-database.sh, which Patroni calls once.
# Passwords are in its environment, so that no process list has them: ROSTER_OWNER_PASSWORD and ROSTER_WEB_PASSWORD.
set -eu
exec /usr/bin/psql --dbname "$1" --quiet --set ON_ERROR_STOP=1 <<'SQL'
\getenv owner_password ROSTER_OWNER_PASSWORD
\getenv web_password ROSTER_WEB_PASSWORD
-- `roster prepare`, `seed`, `import` and `move` write as roster_owner. Web nodes read as roster_web.
CREATE ROLE roster_owner LOGIN PASSWORD :'owner_password';
CREATE ROLE roster_web LOGIN PASSWORD :'web_password';
ALTER ROLE roster_web SET default_transaction_read_only = on;
CREATE DATABASE roster OWNER roster_owner TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C.UTF-8';
REVOKE ALL ON DATABASE roster FROM PUBLIC;
GRANT CONNECT ON DATABASE roster TO roster_web;
\connect roster
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT ALL ON SCHEMA public TO roster_owner;
GRANT USAGE ON SCHEMA public TO roster_web;
ALTER DEFAULT PRIVILEGES FOR ROLE roster_owner GRANT SELECT ON TABLES TO roster_web;
SQL
