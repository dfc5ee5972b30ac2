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
