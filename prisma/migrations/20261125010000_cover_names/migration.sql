-- A search in order reads the names of everybody whom it passes: from the index alone that takes a tenth of looking each of them up.
-- DropIndex
DROP INDEX "User_username_age_idx";

-- DropIndex
DROP INDEX "User_email_age_idx";

-- DropIndex
DROP INDEX "User_age_idx";

-- CreateIndex
CREATE INDEX "User_username_age_email_idx" ON "User"("username", "age", "email");

-- CreateIndex
CREATE INDEX "User_email_age_username_idx" ON "User"("email", "age", "username");

-- CreateIndex
CREATE INDEX "User_age_id_username_email_idx" ON "User"("age", "id", "username", "email");
