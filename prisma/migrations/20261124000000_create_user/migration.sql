-- The name of a constraint is the sentence that SQLite prints when a row breaks it ("CHECK constraint failed: ..."),
-- so that Prisma Studio, the sqlite3 shell and our own commands all say the same, readable thing.
--
-- STRICT refuses values of another type. NOCASE on the columns makes comparison, order and uniqueness ignore the case of
-- ASCII letters. length() and GLOB stop at NUL, hence the search for char(0), and hence before them.
-- 1-31 and 127-159 are the control characters; the long list is Unicode's white space and the byte order mark.
CREATE TABLE "User" (
    "id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "username" TEXT NOT NULL COLLATE NOCASE,
    "email" TEXT NOT NULL COLLATE NOCASE,
    "age" INTEGER,

    CONSTRAINT "id must be between 1 and 2147483647" CHECK ("id" BETWEEN 1 AND 2147483647),

    CONSTRAINT "username must not contain control characters" CHECK (
        instr("username", char(0)) = 0
        AND "username" NOT GLOB '*[' || char(1) || '-' || char(31) || char(127) || '-' || char(159) || ']*'
    ),
    CONSTRAINT "username must have 1 to 80 characters" CHECK (length("username") BETWEEN 1 AND 80),
    CONSTRAINT "username must not begin or end with white space" CHECK (
        "username" = trim("username", char(9, 10, 11, 12, 13, 32, 133, 160, 5760, 8192, 8193, 8194, 8195, 8196, 8197, 8198, 8199, 8200, 8201, 8202, 8232, 8233, 8239, 8287, 12288, 65279))
    ),

    CONSTRAINT "email must not contain white space or control characters" CHECK (
        instr("email", char(0)) = 0
        AND "email" NOT GLOB '*[' || char(1) || '-' || char(32) || char(127) || '-' || char(160) || char(5760)
            || char(8192) || '-' || char(8202) || char(8232, 8233, 8239, 8287, 12288, 65279) || ']*'
    ),
    CONSTRAINT "email must have 3 to 120 characters" CHECK (length("email") BETWEEN 3 AND 120),
    CONSTRAINT "email must look like name@host" CHECK ("email" GLOB '?*@?*' AND "email" NOT GLOB '*@*@*'),

    CONSTRAINT "age must be a whole number from 0 to 150" CHECK ("age" BETWEEN 0 AND 150)
) STRICT;

-- CreateIndex
CREATE UNIQUE INDEX "User_username_key" ON "User"("username");

-- CreateIndex
CREATE UNIQUE INDEX "User_email_key" ON "User"("email");
