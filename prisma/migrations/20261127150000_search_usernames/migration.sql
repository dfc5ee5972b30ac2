-- Where emails are hidden (HIDDEN_FIELDS), neither what a search finds nor how much it reads may depend on them: that search reads an index
-- that has none. It is as "UserSearch", of usernames alone.
CREATE VIRTUAL TABLE "UsernameSearch" USING fts5("username", "starts", tokenize='trigram', content='', columnsize=0);

-- Progress: Indexing the folded usernames for searches without emails
INSERT INTO "UsernameSearch" ("rowid", "username", "starts")
    SELECT "id", "name",
        '  ' || substr("name", 1, 2) || (
            SELECT ifnull(group_concat('  ' || substr("value", 1, 2), ''), '')
            FROM json_each('[' || replace(replace(replace(replace(json_quote("name"), ' ', '","'), '.', '","'), '_', '","'), '-', '","') || ']')
            WHERE "key" > 0
        )
    FROM (SELECT "id", substr("username", 1, instr("username" || char(1), char(1)) - 1) AS "name" FROM "UserText") ORDER BY "id";

CREATE TRIGGER "UserText_after_insert_of_username" AFTER INSERT ON "UserText"
BEGIN
    INSERT INTO "UsernameSearch" ("rowid", "username", "starts")
    SELECT "id", "name",
        '  ' || substr("name", 1, 2) || (
            SELECT ifnull(group_concat('  ' || substr("value", 1, 2), ''), '')
            FROM json_each('[' || replace(replace(replace(replace(json_quote("name"), ' ', '","'), '.', '","'), '_', '","'), '-', '","') || ']')
            WHERE "key" > 0
        )
    FROM (SELECT new."id" AS "id", substr(new."username", 1, instr(new."username" || char(1), char(1)) - 1) AS "name");
END;

CREATE TRIGGER "UserText_after_delete_of_username" AFTER DELETE ON "UserText"
BEGIN
    INSERT INTO "UsernameSearch" ("UsernameSearch", "rowid", "username", "starts")
    SELECT 'delete', "id", "name",
        '  ' || substr("name", 1, 2) || (
            SELECT ifnull(group_concat('  ' || substr("value", 1, 2), ''), '')
            FROM json_each('[' || replace(replace(replace(replace(json_quote("name"), ' ', '","'), '.', '","'), '_', '","'), '-', '","') || ']')
            WHERE "key" > 0
        )
    FROM (SELECT old."id" AS "id", substr(old."username", 1, instr(old."username" || char(1), char(1)) - 1) AS "name");
END;

-- As before, but that no block goes on beginning with the name of a person who is removed: it begins with that of the next one. OR IGNORE: a wrong
-- count must not stop a writer.
DROP TRIGGER "UserText_after_delete_of_key";
CREATE TRIGGER "UserText_after_delete_of_key" AFTER DELETE ON "UserText"
BEGIN
    UPDATE "UserKeyCount" SET "people" = "people" - 1
    WHERE "key" = 'id' AND "start" = (SELECT max("start") FROM "UserKeyCount" WHERE "key" = 'id' AND "start" <= +old."id");
    UPDATE "UserKeyCount" SET "people" = "people" - 1
    WHERE "key" = 'username' AND "start" = (SELECT max("start") FROM "UserKeyCount" WHERE "key" = 'username' AND "start" <= old."username");
    UPDATE "UserKeyCount" SET "people" = "people" - 1
    WHERE "key" = 'email' AND "start" = (SELECT max("start") FROM "UserKeyCount" WHERE "key" = 'email' AND "start" <= old."email");
    UPDATE OR IGNORE "UserKeyCount" SET "start" = (SELECT "username" FROM "UserText" WHERE "username" > old."username" ORDER BY "username" LIMIT 1)
    WHERE "key" = 'username' AND "start" = old."username";
    UPDATE OR IGNORE "UserKeyCount" SET "start" = (SELECT "email" FROM "UserText" WHERE "email" > old."email" ORDER BY "email" LIMIT 1)
    WHERE "key" = 'email' AND "start" = old."email";
END;

-- Blocks of people who are gone already.
UPDATE OR IGNORE "UserKeyCount" SET "start" = (SELECT "username" FROM "UserText" WHERE "username" > "start" ORDER BY "username" LIMIT 1)
WHERE "key" = 'username' AND "start" <> '' AND "start" NOT IN (SELECT "username" FROM "UserText");
UPDATE OR IGNORE "UserKeyCount" SET "start" = (SELECT "email" FROM "UserText" WHERE "email" > "start" ORDER BY "email" LIMIT 1)
WHERE "key" = 'email' AND "start" <> '' AND "start" NOT IN (SELECT "email" FROM "UserText");
