-- What makes the list fast for a million people. All of it is kept right by triggers, whoever writes: the web process only reads.

-- Walking one of these in its order gives a page of ids, skips quickly to a late page, and filters by age without reading the rows.
-- CreateIndex
CREATE INDEX "User_id_age_idx" ON "User"("id", "age");

-- CreateIndex
CREATE INDEX "User_username_age_idx" ON "User"("username", "age");

-- CreateIndex
CREATE INDEX "User_email_age_idx" ON "User"("email", "age");

-- CreateIndex
CREATE INDEX "User_age_idx" ON "User"("age");

-- Every three characters in a row of each name and e-mail, so that a word is found anywhere inside. Letter case is folded by Unicode.
-- "starts" makes words of one or two letters findable where a name or an e-mail begins: two spaces and two characters of the
-- username, two tabs and two of the e-mail, neither of which begins with white space.
-- Without content of its own (content='') or of a view: a view would keep Prisma from renaming a table to "User".
-- Only options that SQLite 3.40 knows: any other would break every write by an older sqlite3.
CREATE VIRTUAL TABLE "UserSearch" USING fts5("username", "email", "starts", tokenize='trigram', content='', columnsize=0);

-- How many people there are of each age: counts and histogram without reading the people. -1 stands for an unknown age.
CREATE TABLE "UserAgeCount" (
    "age" INTEGER NOT NULL PRIMARY KEY,
    "people" INTEGER NOT NULL
) STRICT;

-- INSERT OR REPLACE and UPDATE OR REPLACE delete the rows in their way without a DELETE trigger (PRAGMA recursive_triggers is off).
-- Those rows are noted here beforehand. A note may outlive its statement (OR IGNORE), so the next one begins by removing it.
CREATE TABLE "UserReplaced" (
    "id" INTEGER NOT NULL PRIMARY KEY,
    "username" TEXT NOT NULL,
    "email" TEXT NOT NULL,
    "age" INTEGER
) STRICT;

INSERT INTO "UserSearch" ("rowid", "username", "email", "starts")
SELECT "id", "username", "email", '  ' || substr("username", 1, 2) || char(9, 9) || substr("email", 1, 2) FROM "User";

-- All ages at once: a trigger can then just update. An upsert in a trigger would obey an OR REPLACE of the statement that fired it.
WITH RECURSIVE "ages" ("age") AS (SELECT -1 UNION ALL SELECT "age" + 1 FROM "ages" WHERE "age" < 150)
INSERT INTO "UserAgeCount" ("age", "people")
SELECT "ages"."age", (SELECT count(*) FROM "User" WHERE "User"."age" IS nullif("ages"."age", -1)) FROM "ages";

CREATE TRIGGER "User_before_insert" BEFORE INSERT ON "User"
WHEN EXISTS (SELECT 1 FROM "UserReplaced")
    OR EXISTS (SELECT 1 FROM "User" WHERE "id" = new."id")
    OR EXISTS (SELECT 1 FROM "User" WHERE "username" = new."username")
    OR EXISTS (SELECT 1 FROM "User" WHERE "email" = new."email")
BEGIN
    DELETE FROM "UserReplaced";
    INSERT INTO "UserReplaced" ("id", "username", "email", "age")
    SELECT "id", "username", "email", "age" FROM "User"
    WHERE "id" = new."id" OR "username" = new."username" OR "email" = new."email";
END;

CREATE TRIGGER "User_before_update" BEFORE UPDATE OF "id", "username", "email" ON "User"
WHEN EXISTS (SELECT 1 FROM "UserReplaced")
    OR EXISTS (SELECT 1 FROM "User" WHERE "id" = new."id" AND "id" <> old."id")
    OR EXISTS (SELECT 1 FROM "User" WHERE "username" = new."username" AND "id" <> old."id")
    OR EXISTS (SELECT 1 FROM "User" WHERE "email" = new."email" AND "id" <> old."id")
BEGIN
    DELETE FROM "UserReplaced";
    INSERT INTO "UserReplaced" ("id", "username", "email", "age")
    SELECT "id", "username", "email", "age" FROM "User"
    WHERE ("id" = new."id" OR "username" = new."username" OR "email" = new."email") AND "id" <> old."id";
END;

-- Triggers that fire together have no set order, so each change of a row is the work of one.
CREATE TRIGGER "User_after_insert" AFTER INSERT ON "User"
BEGIN
    INSERT INTO "UserSearch" ("UserSearch", "rowid", "username", "email", "starts")
    SELECT 'delete', "id", "username", "email", '  ' || substr("username", 1, 2) || char(9, 9) || substr("email", 1, 2) FROM "UserReplaced";
    UPDATE "UserAgeCount" SET "people" = "people" - (SELECT count(*) FROM "UserReplaced" AS "replaced" WHERE ifnull("replaced"."age", -1) = "UserAgeCount"."age")
    WHERE "age" IN (SELECT ifnull("replaced"."age", -1) FROM "UserReplaced" AS "replaced");
    DELETE FROM "UserReplaced";
    INSERT INTO "UserSearch" ("rowid", "username", "email", "starts")
    VALUES (new."id", new."username", new."email", '  ' || substr(new."username", 1, 2) || char(9, 9) || substr(new."email", 1, 2));
    UPDATE "UserAgeCount" SET "people" = "people" + 1 WHERE "age" = ifnull(new."age", -1);
END;

CREATE TRIGGER "User_after_update" AFTER UPDATE OF "id", "username", "email" ON "User"
BEGIN
    INSERT INTO "UserSearch" ("UserSearch", "rowid", "username", "email", "starts")
    SELECT 'delete', "id", "username", "email", '  ' || substr("username", 1, 2) || char(9, 9) || substr("email", 1, 2) FROM "UserReplaced";
    UPDATE "UserAgeCount" SET "people" = "people" - (SELECT count(*) FROM "UserReplaced" AS "replaced" WHERE ifnull("replaced"."age", -1) = "UserAgeCount"."age")
    WHERE "age" IN (SELECT ifnull("replaced"."age", -1) FROM "UserReplaced" AS "replaced");
    DELETE FROM "UserReplaced";
    INSERT INTO "UserSearch" ("UserSearch", "rowid", "username", "email", "starts")
    VALUES ('delete', old."id", old."username", old."email", '  ' || substr(old."username", 1, 2) || char(9, 9) || substr(old."email", 1, 2));
    INSERT INTO "UserSearch" ("rowid", "username", "email", "starts")
    VALUES (new."id", new."username", new."email", '  ' || substr(new."username", 1, 2) || char(9, 9) || substr(new."email", 1, 2));
END;

CREATE TRIGGER "User_after_update_of_age" AFTER UPDATE OF "age" ON "User"
WHEN old."age" IS NOT new."age"
BEGIN
    UPDATE "UserAgeCount" SET "people" = "people" - 1 WHERE "age" = ifnull(old."age", -1);
    UPDATE "UserAgeCount" SET "people" = "people" + 1 WHERE "age" = ifnull(new."age", -1);
END;

-- With PRAGMA recursive_triggers = 1 this one sees replaced rows too: their notes are done with then.
CREATE TRIGGER "User_after_delete" AFTER DELETE ON "User"
BEGIN
    DELETE FROM "UserReplaced" WHERE "id" = old."id";
    INSERT INTO "UserSearch" ("UserSearch", "rowid", "username", "email", "starts")
    VALUES ('delete', old."id", old."username", old."email", '  ' || substr(old."username", 1, 2) || char(9, 9) || substr(old."email", 1, 2));
    UPDATE "UserAgeCount" SET "people" = "people" - 1 WHERE "age" = ifnull(old."age", -1);
END;
