-- A late page of the list began at the first person and skipped half a million. Now it looks up near which person it begins.
-- "UserKeyCount" cuts each order of people ("key") into blocks: how many people there are from "start" on to the next "start". The first
-- block of each order starts below everybody. A "start" is a place in the order: it stays when the person who had it is deleted or renamed.
CREATE TABLE "UserKeyCount" (
    "key" TEXT NOT NULL,
    "start" ANY NOT NULL,
    "people" INTEGER NOT NULL,

    PRIMARY KEY ("key", "start")
) STRICT, WITHOUT ROWID;

-- Each "next" is the key of the person 4096 places further on.
WITH RECURSIVE
    "ById" ("start") AS (
        SELECT 0
        UNION ALL
        SELECT (SELECT "id" FROM "UserText" WHERE "id" >= "ById"."start" ORDER BY "id" LIMIT 1 OFFSET 4096) AS "next" FROM "ById" WHERE "next" IS NOT NULL
    ),
    "ByUsername" ("start") AS (
        SELECT ''
        UNION ALL
        SELECT (SELECT "username" FROM "UserText" WHERE "username" >= "ByUsername"."start" ORDER BY "username" LIMIT 1 OFFSET 4096) AS "next" FROM "ByUsername" WHERE "next" IS NOT NULL
    ),
    "ByEmail" ("start") AS (
        SELECT ''
        UNION ALL
        SELECT (SELECT "email" FROM "UserText" WHERE "email" >= "ByEmail"."start" ORDER BY "email" LIMIT 1 OFFSET 4096) AS "next" FROM "ByEmail" WHERE "next" IS NOT NULL
    )
INSERT INTO "UserKeyCount" ("key", "start", "people")
SELECT 'id', "start", (SELECT count(*) FROM (SELECT 1 FROM "UserText" WHERE "id" >= "ById"."start" ORDER BY "id" LIMIT 4096)) FROM "ById"
UNION ALL
SELECT 'username', "start", (SELECT count(*) FROM (SELECT 1 FROM "UserText" WHERE "username" >= "ByUsername"."start" ORDER BY "username" LIMIT 4096)) FROM "ByUsername"
UNION ALL
SELECT 'email', "start", (SELECT count(*) FROM (SELECT 1 FROM "UserText" WHERE "email" >= "ByEmail"."start" ORDER BY "email" LIMIT 4096)) FROM "ByEmail";

-- With the +, SQLite looks ids up: as a column of integers, it would compare them with every "start".
CREATE TRIGGER "UserText_after_insert_of_key" AFTER INSERT ON "UserText"
BEGIN
    UPDATE "UserKeyCount" SET "people" = "people" + 1
    WHERE "key" = 'id' AND "start" = (SELECT max("start") FROM "UserKeyCount" WHERE "key" = 'id' AND "start" <= +new."id");
    UPDATE "UserKeyCount" SET "people" = "people" + 1
    WHERE "key" = 'username' AND "start" = (SELECT max("start") FROM "UserKeyCount" WHERE "key" = 'username' AND "start" <= new."username");
    UPDATE "UserKeyCount" SET "people" = "people" + 1
    WHERE "key" = 'email' AND "start" = (SELECT max("start") FROM "UserKeyCount" WHERE "key" = 'email' AND "start" <= new."email");
END;

-- "UserText" has no trigger for other keys: they do not change, a renamed person is deleted from it and inserted.
CREATE TRIGGER "UserText_after_delete_of_key" AFTER DELETE ON "UserText"
BEGIN
    UPDATE "UserKeyCount" SET "people" = "people" - 1
    WHERE "key" = 'id' AND "start" = (SELECT max("start") FROM "UserKeyCount" WHERE "key" = 'id' AND "start" <= +old."id");
    UPDATE "UserKeyCount" SET "people" = "people" - 1
    WHERE "key" = 'username' AND "start" = (SELECT max("start") FROM "UserKeyCount" WHERE "key" = 'username' AND "start" <= old."username");
    UPDATE "UserKeyCount" SET "people" = "people" - 1
    WHERE "key" = 'email' AND "start" = (SELECT max("start") FROM "UserKeyCount" WHERE "key" = 'email' AND "start" <= old."email");
END;

-- Without people it is part of the one before. Else a table that is emptied and filled each night would have more blocks each day.
CREATE TRIGGER "UserKeyCount_after_update_to_none" AFTER UPDATE OF "people" ON "UserKeyCount"
WHEN new."people" = 0
BEGIN
    DELETE FROM "UserKeyCount" WHERE "key" = new."key" AND "start" = new."start" AND "start" NOT IN (0, '');
END;

-- A block that has grown to 8192 people becomes two, however alike their names begin. OR IGNORE: a wrong count must not stop a writer.
CREATE TRIGGER "UserKeyCount_after_update_to_many" AFTER UPDATE OF "people" ON "UserKeyCount"
WHEN new."people" >= 8192
BEGIN
    INSERT OR IGNORE INTO "UserKeyCount" ("key", "start", "people")
    SELECT
        new."key",
        CASE new."key"
            WHEN 'id' THEN (SELECT "id" FROM "UserText" WHERE "id" >= new."start" ORDER BY "id" LIMIT 1 OFFSET 4096)
            WHEN 'username' THEN (SELECT "username" FROM "UserText" WHERE "username" >= new."start" ORDER BY "username" LIMIT 1 OFFSET 4096)
            WHEN 'email' THEN (SELECT "email" FROM "UserText" WHERE "email" >= new."start" ORDER BY "email" LIMIT 1 OFFSET 4096)
        END,
        new."people" - 4096;
    UPDATE "UserKeyCount" SET "people" = 4096 WHERE "key" = new."key" AND "start" = new."start";
END;
