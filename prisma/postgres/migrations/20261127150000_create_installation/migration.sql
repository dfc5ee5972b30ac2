-- What all web nodes of one installation share. The secret is the key of the nonces of pages: 32 bytes of what PostgreSQL takes from the
-- system's random numbers. Each UUID has 122 such bits.
CREATE TABLE "Installation" (
    "id" INTEGER NOT NULL DEFAULT 1,
    "secret" BYTEA NOT NULL,

    CONSTRAINT "Installation_pkey" PRIMARY KEY ("id"),

    CONSTRAINT "there is one installation" CHECK ("id" = 1),
    CONSTRAINT "secret must have 32 bytes or more" CHECK (octet_length("secret") >= 32)
);

INSERT INTO "Installation" ("secret")
SELECT sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()));
