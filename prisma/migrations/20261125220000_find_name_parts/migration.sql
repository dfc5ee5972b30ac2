-- Words of one or two letters are found where a part of a username begins, too: after a space, a dot, an underscore or a hyphen.
-- "starts" has two spaces and two characters of each part after those of the whole username. A part is an element of a JSON array here,
-- as json_each() splits those.
DROP TRIGGER "User_after_insert";
DROP TRIGGER "User_after_update";
DROP TRIGGER "User_after_delete";

INSERT INTO "UserSearch" ("UserSearch") VALUES ('delete-all');

INSERT INTO "UserSearch" ("rowid", "username", "email", "starts")
SELECT "id", "username", "email",
    '  ' || substr("username", 1, 2) || (SELECT ifnull(group_concat('  ' || substr("value", 1, 2), ''), '') FROM json_each('[' || replace(replace(replace(replace(json_quote("username"), ' ', '","'), '.', '","'), '_', '","'), '-', '","') || ']') WHERE "key" > 0) || char(9, 9) || substr("email", 1, 2)
FROM "User" ORDER BY "id";

-- As before, but for "starts".
CREATE TRIGGER "User_after_insert" AFTER INSERT ON "User"
BEGIN
    INSERT INTO "UserSearch" ("UserSearch", "rowid", "username", "email", "starts")
    SELECT 'delete', "id", "username", "email",
        '  ' || substr("username", 1, 2) || (SELECT ifnull(group_concat('  ' || substr("value", 1, 2), ''), '') FROM json_each('[' || replace(replace(replace(replace(json_quote("username"), ' ', '","'), '.', '","'), '_', '","'), '-', '","') || ']') WHERE "key" > 0) || char(9, 9) || substr("email", 1, 2)
    FROM "UserReplaced";
    UPDATE "UserAgeCount" SET "people" = "people" - (SELECT count(*) FROM "UserReplaced" AS "replaced" WHERE ifnull("replaced"."age", -1) = "UserAgeCount"."age")
    WHERE "age" IN (SELECT ifnull("replaced"."age", -1) FROM "UserReplaced" AS "replaced");
    DELETE FROM "UserReplaced";
    INSERT INTO "UserSearch" ("rowid", "username", "email", "starts")
    VALUES (new."id", new."username", new."email",
        '  ' || substr(new."username", 1, 2) || (SELECT ifnull(group_concat('  ' || substr("value", 1, 2), ''), '') FROM json_each('[' || replace(replace(replace(replace(json_quote(new."username"), ' ', '","'), '.', '","'), '_', '","'), '-', '","') || ']') WHERE "key" > 0) || char(9, 9) || substr(new."email", 1, 2));
    UPDATE "UserAgeCount" SET "people" = "people" + 1 WHERE "age" = ifnull(new."age", -1);
END;

CREATE TRIGGER "User_after_update" AFTER UPDATE OF "id", "username", "email" ON "User"
BEGIN
    INSERT INTO "UserSearch" ("UserSearch", "rowid", "username", "email", "starts")
    SELECT 'delete', "id", "username", "email",
        '  ' || substr("username", 1, 2) || (SELECT ifnull(group_concat('  ' || substr("value", 1, 2), ''), '') FROM json_each('[' || replace(replace(replace(replace(json_quote("username"), ' ', '","'), '.', '","'), '_', '","'), '-', '","') || ']') WHERE "key" > 0) || char(9, 9) || substr("email", 1, 2)
    FROM "UserReplaced";
    UPDATE "UserAgeCount" SET "people" = "people" - (SELECT count(*) FROM "UserReplaced" AS "replaced" WHERE ifnull("replaced"."age", -1) = "UserAgeCount"."age")
    WHERE "age" IN (SELECT ifnull("replaced"."age", -1) FROM "UserReplaced" AS "replaced");
    DELETE FROM "UserReplaced";
    INSERT INTO "UserSearch" ("UserSearch", "rowid", "username", "email", "starts")
    VALUES ('delete', old."id", old."username", old."email",
        '  ' || substr(old."username", 1, 2) || (SELECT ifnull(group_concat('  ' || substr("value", 1, 2), ''), '') FROM json_each('[' || replace(replace(replace(replace(json_quote(old."username"), ' ', '","'), '.', '","'), '_', '","'), '-', '","') || ']') WHERE "key" > 0) || char(9, 9) || substr(old."email", 1, 2));
    INSERT INTO "UserSearch" ("rowid", "username", "email", "starts")
    VALUES (new."id", new."username", new."email",
        '  ' || substr(new."username", 1, 2) || (SELECT ifnull(group_concat('  ' || substr("value", 1, 2), ''), '') FROM json_each('[' || replace(replace(replace(replace(json_quote(new."username"), ' ', '","'), '.', '","'), '_', '","'), '-', '","') || ']') WHERE "key" > 0) || char(9, 9) || substr(new."email", 1, 2));
END;

-- With PRAGMA recursive_triggers = 1 this one sees replaced rows too: their notes are done with then.
CREATE TRIGGER "User_after_delete" AFTER DELETE ON "User"
BEGIN
    DELETE FROM "UserReplaced" WHERE "id" = old."id";
    INSERT INTO "UserSearch" ("UserSearch", "rowid", "username", "email", "starts")
    VALUES ('delete', old."id", old."username", old."email",
        '  ' || substr(old."username", 1, 2) || (SELECT ifnull(group_concat('  ' || substr("value", 1, 2), ''), '') FROM json_each('[' || replace(replace(replace(replace(json_quote(old."username"), ' ', '","'), '.', '","'), '_', '","'), '-', '","') || ']') WHERE "key" > 0) || char(9, 9) || substr(old."email", 1, 2));
    UPDATE "UserAgeCount" SET "people" = "people" - 1 WHERE "age" = ifnull(old."age", -1);
END;
