-- What nobody can read, or see, is no username and no email. The function is true, or raises what is wrong as a check_violation: a name of a
-- constraint has at most 63 bytes in PostgreSQL. The same characters and places as in prisma/migrations/*_refuse_unreadable_text, whose
-- comments have the reasons.
CREATE FUNCTION "must_be_readable"("column" TEXT, "text" TEXT) RETURNS BOOLEAN LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    -- Letters of Latin, Greek, Cyrillic, Armenian, Georgian, kana, Han and Hangul have none of the faults.
    IF "text" !~ '[^ -~¡-¬®-ʯͰ-ҁҊ-֏Ⴀ-ჿḀ-ỿぁ-ゖァ-ヺ一-鿿가-힣]' THEN
        RETURN true;
    END IF;
    DECLARE
        never CONSTANT TEXT :=
               '\u00AD\u034F\u061C\u115F-\u1160\u3164\uFFA0\u17B4-\u17B5\u200B\u200E-\u200F\u202A-\u202E\u2060-\u206F\u2800\uFFF0-\uFFFC'
            || '\uE000-\uF8FF\uFDD0-\uFDEF';
        never_astral CONSTANT TEXT :=
               '\U0001D159\U00016FE4\U00013430-\U0001345F\U0001BCA0-\U0001BCA3\U0001D173-\U0001D17A\U000E0000-\U000E0061\U000E0064'
            || '\U000E0066\U000E0068-\U000E006B\U000E006D\U000E006F-\U000E0072\U000E0075-\U000E0076\U000E0078-\U000E007E'
            || '\U000E0080-\U000E00FF\U000E01F0-\U000E0FFF\U000F0000-\U0010FFFF\U0001FFFE-\U0001FFFF\U0002FFFE-\U0002FFFF'
            || '\U0003FFFE-\U0003FFFF\U0004FFFE-\U0004FFFF\U0005FFFE-\U0005FFFF\U0006FFFE-\U0006FFFF\U0007FFFE-\U0007FFFF'
            || '\U0008FFFE-\U0008FFFF\U0009FFFE-\U0009FFFF\U000AFFFE-\U000AFFFF\U000BFFFE-\U000BFFFF\U000CFFFE-\U000CFFFF'
            || '\U000DFFFE-\U000DFFFF\U000EFFFE-\U000EFFFF';
        joins_next CONSTANT TEXT :=
               '\u0620\u0626\u0628\u062A-\u062E\u0633-\u0647\u0649-\u065F\u066E-\u0670\u0678-\u0687\u069A-\u06BF\u06C1-\u06C2\u06CC\u06CE'
            || '\u06D0-\u06D1\u06D6-\u06DC\u06DF-\u06E4\u06E7-\u06E8\u06EA-\u06ED\u06FA-\u06FC\u06FF\u0711-\u0714\u071A-\u071D'
            || '\u071F-\u0727\u0729\u072B\u072D-\u072E\u0730-\u074A\u074E-\u0758\u075C-\u076A\u076D-\u0770\u0772\u0775-\u0777\u077A-\u077F'
            || '\u07CA-\u07F3\u07FA\u0841-\u0845\u0848\u084A-\u0853\u0855\u0859-\u085B\u0860\u0862-\u0865\u0868\u0883-\u0886\u0889-\u088D'
            || '\u0897-\u08A9\u08AF-\u08B0\u08B3-\u08B8\u08BA-\u08E1\u08E3-\u08FF\u1807\u180A\u1820-\u1878\u1885-\u18AA'
            || '\U00010D00-\U00010D21\U00010D23-\U00010D27\U0001E900-\U0001E94B';
        joins_last CONSTANT TEXT :=
               '\u0620\u0622-\u065F\u066E-\u0673\u0675-\u06D3\u06D5-\u06DC\u06DF-\u06E4\u06E7-\u06E8\u06EA-\u06EF\u06FA-\u06FC\u06FF'
            || '\u0710-\u074A\u074D-\u077F\u07CA-\u07F3\u07FA\u0840-\u085B\u0860-\u086A\u0870-\u0886\u0889-\u088E\u0897-\u08E1'
            || '\u08E3-\u08FF\u1807\u180A\u1820-\u1878\u1885-\u18AA\U00010D00-\U00010D27\U0001E900-\U0001E94B';
        virama CONSTANT TEXT :=
               '\u094D\u09CD\u0A4D\u0ACD\u0B4D\u0BCD\u0C4D\u0CCD\u0D3B-\u0D3C\u0D4D\u0DCA\u1039-\u103A\u17C9-\u17CA\u17D2\u1B44'
            || '\u1BAA-\u1BAB\uA806\uA8C4\uA953\uA9C0\uABED\U00011133-\U00011134\U0001134D\U00011442\U000114C2\U0001163F';
        consonant CONSTANT TEXT :=
               '\u0915-\u0939\u0958-\u095F\u0995-\u09B9\u09DC-\u09DF\u09F0-\u09F1\u0A15-\u0A39\u0A95-\u0AB9\u0B15-\u0B39\u0B95-\u0BB9'
            || '\u0C15-\u0C39\u0C95-\u0CB9\u0D15-\u0D3A\u0D9A-\u0DC6';
        indic CONSTANT TEXT :=
               '\u0900-\u0DFF\u1000-\u109F\u1780-\u17D3\u1B00-\u1BBF\uA800-\uA82B\uA880-\uA8C5\uA930-\uA953\uA980-\uA9C0\uAA60-\uAA7F'
            || '\uABC0-\uABED\U00011000-\U0001183F';
        emoji CONSTANT TEXT :=
               '\u00A9\u00AE\u203C\u2049\u2122\u2139\u2190-\u21FF\u2300-\u23FF\u24C2\u25A0-\u27BF\u2934-\u2935\u2B00-\u2BFF\u3030\u303D'
            || '\u3297\u3299\U0001F000-\U0001FAFF\U0001FC00-\U0001FFFD';
        ideograph CONSTANT TEXT := '\u3400-\u4DBF\u4E00-\u9FFF\uF900-\uFAFF\U00020000-\U0003FFFD';
        varying CONSTANT TEXT := '\u1000-\u109F\uA840-\uA877\uAA60-\uAA7F\U00010AC0-\U00010AFF';
        mongolian CONSTANT TEXT := '\u1820-\u1878\u1880-\u18AA';
        mark CONSTANT TEXT :=
               '\u0300-\u034E\u0350-\u036F\u0483-\u0489\u0591-\u05BD\u05BF\u05C1-\u05C2\u05C4-\u05C5\u05C7\u0610-\u061A\u064B-\u065F\u0670'
            || '\u06D6-\u06DC\u06DF-\u06E4\u06E7-\u06E8\u06EA-\u06ED\u0711\u0730-\u074A\u07A6-\u07B0\u07EB-\u07F3\u07FD\u0816-\u0819'
            || '\u081B-\u0823\u0825-\u0827\u0829-\u082D\u0859-\u085B\u0897-\u089F\u08CA-\u08E1\u08E3-\u0903\u093A-\u093C\u093E-\u094F'
            || '\u0951-\u0957\u0962-\u0963\u0981-\u0983\u09BC\u09BE-\u09C4\u09C7-\u09C8\u09CB-\u09CD\u09D7\u09E2-\u09E3\u09FE\u0A01-\u0A03'
            || '\u0A3C\u0A3E-\u0A42\u0A47-\u0A48\u0A4B-\u0A4D\u0A51\u0A70-\u0A71\u0A75\u0A81-\u0A83\u0ABC\u0ABE-\u0AC5\u0AC7-\u0AC9'
            || '\u0ACB-\u0ACD\u0AE2-\u0AE3\u0AFA-\u0AFF\u0B01-\u0B03\u0B3C\u0B3E-\u0B44\u0B47-\u0B48\u0B4B-\u0B4D\u0B55-\u0B57'
            || '\u0B62-\u0B63\u0B82\u0BBE-\u0BC2\u0BC6-\u0BC8\u0BCA-\u0BCD\u0BD7\u0C00-\u0C04\u0C3C\u0C3E-\u0C44\u0C46-\u0C48\u0C4A-\u0C4D'
            || '\u0C55-\u0C56\u0C62-\u0C63\u0C81-\u0C83\u0CBC\u0CBE-\u0CC4\u0CC6-\u0CC8\u0CCA-\u0CCD\u0CD5-\u0CD6\u0CE2-\u0CE3\u0CF3'
            || '\u0D00-\u0D03\u0D3B-\u0D3C\u0D3E-\u0D44\u0D46-\u0D48\u0D4A-\u0D4D\u0D57\u0D62-\u0D63\u0D81-\u0D83\u0DCA\u0DCF-\u0DD4\u0DD6'
            || '\u0DD8-\u0DDF\u0DF2-\u0DF3\u0E31\u0E34-\u0E3A\u0E47-\u0E4E\u0EB1\u0EB4-\u0EBC\u0EC8-\u0ECE\u0F18-\u0F19\u0F35\u0F37\u0F39'
            || '\u0F3E-\u0F3F\u0F71-\u0F84\u0F86-\u0F87\u0F8D-\u0F97\u0F99-\u0FBC\u0FC6\u102B-\u103E\u1056-\u1059\u105E-\u1060'
            || '\u1062-\u1064\u1067-\u106D\u1071-\u1074\u1082-\u108D\u108F\u109A-\u109D\u135D-\u135F\u1712-\u1715\u1732-\u1734'
            || '\u1752-\u1753\u1772-\u1773\u17B6-\u17D3\u17DD\u1885-\u1886\u18A9\u1920-\u192B\u1930-\u193B\u1A17-\u1A1B\u1A55-\u1A5E'
            || '\u1A60-\u1A7C\u1A7F\u1AB0-\u1ADD\u1AE0-\u1AEB\u1B00-\u1B04\u1B34-\u1B44\u1B6B-\u1B73\u1B80-\u1B82\u1BA1-\u1BAD'
            || '\u1BE6-\u1BF3\u1C24-\u1C37\u1CD0-\u1CD2\u1CD4-\u1CE8\u1CED\u1CF4\u1CF7-\u1CF9\u1DC0-\u1DFF\u20D0-\u20F0\u2CEF-\u2CF1\u2D7F'
            || '\u2DE0-\u2DFF\u302A-\u302F\u3099-\u309A\uA66F-\uA672\uA674-\uA67D\uA69E-\uA69F\uA6F0-\uA6F1\uA802\uA806\uA80B\uA823-\uA827'
            || '\uA82C\uA880-\uA881\uA8B4-\uA8C5\uA8E0-\uA8F1\uA8FF\uA926-\uA92D\uA947-\uA953\uA980-\uA983\uA9B3-\uA9C0\uA9E5\uAA29-\uAA36'
            || '\uAA43\uAA4C-\uAA4D\uAA7B-\uAA7D\uAAB0\uAAB2-\uAAB4\uAAB7-\uAAB8\uAABE-\uAABF\uAAC1\uAAEB-\uAAEF\uAAF5-\uAAF6\uABE3-\uABEA'
            || '\uABEC-\uABED\uFB1E\uFE20-\uFE2F\U000101FD\U000102E0\U00010376-\U0001037A\U00010A01-\U00010A03\U00010A05-\U00010A06'
            || '\U00010A0C-\U00010A0F\U00010A38-\U00010A3A\U00010A3F\U00010AE5-\U00010AE6\U00010D24-\U00010D27\U00010D69-\U00010D6D'
            || '\U00010EAB-\U00010EAC\U00010EFA-\U00010EFF\U00010F46-\U00010F50\U00010F82-\U00010F85\U00011000-\U00011002'
            || '\U00011038-\U00011046\U00011070\U00011073-\U00011074\U0001107F-\U00011082\U000110B0-\U000110BA\U000110C2'
            || '\U00011100-\U00011102\U00011127-\U00011134\U00011145-\U00011146\U00011173\U00011180-\U00011182\U000111B3-\U000111C0'
            || '\U000111C9-\U000111CC\U000111CE-\U000111CF\U0001122C-\U00011237\U0001123E\U00011241\U000112DF-\U000112EA'
            || '\U00011300-\U00011303\U0001133B-\U0001133C\U0001133E-\U00011344\U00011347-\U00011348\U0001134B-\U0001134D\U00011357'
            || '\U00011362-\U00011363\U00011366-\U0001136C\U00011370-\U00011374\U000113B8-\U000113C0\U000113C2\U000113C5'
            || '\U000113C7-\U000113CA\U000113CC-\U000113D0\U000113D2\U000113E1-\U000113E2\U00011435-\U00011446\U0001145E'
            || '\U000114B0-\U000114C3\U000115AF-\U000115B5\U000115B8-\U000115C0\U000115DC-\U000115DD\U00011630-\U00011640'
            || '\U000116AB-\U000116B7\U0001171D-\U0001172B\U0001182C-\U0001183A\U00011930-\U00011935\U00011937-\U00011938'
            || '\U0001193B-\U0001193E\U00011940\U00011942-\U00011943\U000119D1-\U000119D7\U000119DA-\U000119E0\U000119E4'
            || '\U00011A01-\U00011A0A\U00011A33-\U00011A39\U00011A3B-\U00011A3E\U00011A47\U00011A51-\U00011A5B\U00011A8A-\U00011A99'
            || '\U00011B60-\U00011B67\U00011C2F-\U00011C36\U00011C38-\U00011C3F\U00011C92-\U00011CA7\U00011CA9-\U00011CB6'
            || '\U00011D31-\U00011D36\U00011D3A\U00011D3C-\U00011D3D\U00011D3F-\U00011D45\U00011D47\U00011D8A-\U00011D8E'
            || '\U00011D90-\U00011D91\U00011D93-\U00011D97\U00011EF3-\U00011EF6\U00011F00-\U00011F01\U00011F03\U00011F34-\U00011F3A'
            || '\U00011F3E-\U00011F42\U00011F5A\U0001611E-\U0001612F\U00016AF0-\U00016AF4\U00016B30-\U00016B36\U00016F4F'
            || '\U00016F51-\U00016F87\U00016F8F-\U00016F92\U00016FF0-\U00016FF1\U0001BC9D-\U0001BC9E\U0001CF00-\U0001CF2D'
            || '\U0001CF30-\U0001CF46\U0001D165-\U0001D169\U0001D16D-\U0001D172\U0001D17B-\U0001D182\U0001D185-\U0001D18B'
            || '\U0001D1AA-\U0001D1AD\U0001D242-\U0001D244\U0001DA00-\U0001DA36\U0001DA3B-\U0001DA6C\U0001DA75\U0001DA84'
            || '\U0001DA9B-\U0001DA9F\U0001DAA1-\U0001DAAF\U0001E000-\U0001E006\U0001E008-\U0001E018\U0001E01B-\U0001E021'
            || '\U0001E023-\U0001E024\U0001E026-\U0001E02A\U0001E08F\U0001E130-\U0001E136\U0001E2AE\U0001E2EC-\U0001E2EF'
            || '\U0001E4EC-\U0001E4EF\U0001E5EE-\U0001E5EF\U0001E6E3\U0001E6E6\U0001E6EE-\U0001E6EF\U0001E6F5\U0001E8D0-\U0001E8D6'
            || '\U0001E944-\U0001E94A';
        fault TEXT;
    BEGIN
        IF "text" ~ '[\uFFFD-\uFFFF]' THEN
            fault := 'must be valid UTF-8, without U+FFFD';
        ELSIF
            "text" ~ (
                   '[' || never || ']'
                || '|^[\u200C\u200D\uFE0E\uFE0F\uFE00-\uFE0D\U000E0100-\U000E01EF]'
                || '|^[\u180B-\u180D\u180F\u180E\U000E0062-\U000E0063\U000E0065\U000E0067\U000E006C\U000E006E\U000E0073-\U000E0074\U000E0077\U000E007F]'
                || '|[\u200C\u180E\U000E0062-\U000E0063\U000E0065\U000E0067\U000E006C\U000E006E\U000E0073-\U000E0074\U000E0077]$'
            )
            -- Only few texts have characters beyond the first plane.
            OR ("text" ~ '[\U00010000-\U0010FFFF]' AND "text" ~ (
                   '[' || never_astral || ']'
            ))
            -- A zero width non-joiner keeps letters apart that would join (Persian, UAX #31, A1), or a virama from the next letter (Hindi, A2).
            OR ("text" ~ '\u200C' AND "text" ~ (
                   '[^' || joins_next || virama || consonant || ']\u200C'
                || '|[' || joins_next || ']\u200C[^' || joins_last || ']'
                || '|[' || virama || ']\u200C[^' || indic || ']'
                || '|[' || consonant || ']\u200C[^' || virama || ']'
            ))
            -- A zero width joiner follows a virama (UAX #31, B), or a consonant before one, or a letter that joins where no other follows,
            -- or stands between two emoji.
            OR ("text" ~ '\u200D' AND "text" ~ (
                   '[^' || joins_next || virama || consonant || emoji || '\uFE0F]\u200D'
                || '|[^' || joins_next || virama || ']\u200D$'
                || '|[' || joins_next || ']\u200D[' || joins_last || ']'
                || '|[' || consonant || ']\u200D[^' || virama || ']'
                || '|[' || emoji || '\uFE0F]\u200D[^' || emoji || ']'
            ))
            -- Variation selectors follow what has variants; a digit has one only within a keycap.
            OR ("text" ~ '[\uFE00-\uFE0F\u180B-\u180F\U000E0100-\U000E01EF]' AND "text" ~ (
                   '[^' || emoji || ']\uFE0E'
                || '|[^' || emoji || '0-9#*]\uFE0F'
                || '|[0-9#*]\uFE0F[^\u20E3]'
                || '|[0-9#*]\uFE0F$'
                || '|[^' || ideograph || varying || '][\uFE00-\uFE0D]'
                || '|[^' || ideograph || '][\U000E0100-\U000E01EF]'
                || '|[^' || mongolian || '][\u180B-\u180D\u180F]'
                || '|[^' || mongolian || '\u180B-\u180D\u180F]\u180E'
                || '|\u180E[^' || mongolian || ']'
            ))
            -- Tags make a black flag that of England (gbeng), Scotland (gbsct) or Wales (gbwls), and end with the last tag.
            OR ("text" ~ '[\U000E0062-\U000E007F]' AND "text" ~ (
                   '[^\U0001F3F4\U000E0062-\U000E0063\U000E0065\U000E0067\U000E006C\U000E006E\U000E0073-\U000E0074\U000E0077][\U000E0062-\U000E0063\U000E0065\U000E0067\U000E006C\U000E006E\U000E0073-\U000E0074\U000E0077\U000E007F]'
                || '|\U0001F3F4[\U000E007F\U000E0062\U000E0063\U000E0065\U000E006C\U000E006E\U000E0073-\U000E0074\U000E0077]'
                || '|\U0001F3F4\U000E0067[^\U000E0062]'
                || '|\U000E0062[^\U000E0065\U000E0073\U000E0077]'
                || '|\U000E0062[\U000E0065\U000E0073\U000E0077][^\U000E006C\U000E006E\U000E0063]'
                || '|\U000E0062[\U000E0065\U000E0073\U000E0077][\U000E006C\U000E006E\U000E0063][^\U000E0067\U000E0073-\U000E0074]'
                || '|\U000E0062[\U000E0065\U000E0073\U000E0077][\U000E006C\U000E006E\U000E0063][\U000E0067\U000E0073-\U000E0074][^\U000E007F]'
            ))
            -- Line and paragraph separator, byte order mark: white space, which the constraint on emails refuses.
            OR ("column" = 'username' AND "text" ~ '[\u2028-\u2029\uFEFF]')
        THEN
            fault := 'must not contain invisible, direction-changing or private-use characters';
        ELSIF "text" ~ ('^[' || mark || ']') THEN
            fault := 'must not begin with a combining mark';
        ELSE
            RETURN true;
        END IF;
        RAISE check_violation USING MESSAGE = "column" || ' ' || fault, TABLE = 'User', COLUMN = "column";
    END;
END
$$;

-- The name of a constraint is the sentence that PostgreSQL prints when a row breaks it, as in prisma/migrations/*_create_user.
-- "usernameKey" and "emailKey" are what names are searched and sorted by; a trigger fills them, whichever program writes.
CREATE TABLE "User" (
    "id" INTEGER GENERATED BY DEFAULT AS IDENTITY NOT NULL,
    "username" TEXT COLLATE "C" NOT NULL,
    "email" TEXT COLLATE "C" NOT NULL,
    "age" INTEGER,
    "usernameKey" TEXT COLLATE "C" NOT NULL DEFAULT '',
    "emailKey" TEXT COLLATE "C" NOT NULL DEFAULT '',

    CONSTRAINT "User_pkey" PRIMARY KEY ("id"),

    CONSTRAINT "id must be between 1 and 2147483647" CHECK ("id" >= 1),

    CONSTRAINT "username must not contain control characters" CHECK ("username" !~ '[\u0001-\u001F\u007F-\u009F]'),
    CONSTRAINT "username must have 1 to 80 characters" CHECK (length("username") BETWEEN 1 AND 80),
    CONSTRAINT "username must not begin or end with white space" CHECK (
        "username" !~ '^[\u0009-\u000D\u0020\u0085\u00A0\u1680\u2000-\u200A\u2028\u2029\u202F\u205F\u3000\uFEFF]|[\u0009-\u000D\u0020\u0085\u00A0\u1680\u2000-\u200A\u2028\u2029\u202F\u205F\u3000\uFEFF]$'
    ),
    CONSTRAINT "username must be readable" CHECK (octet_length("username") = length("username") OR "must_be_readable"('username', "username")),

    CONSTRAINT "email must not contain white space or control characters" CHECK (
        "email" !~ '[\u0001-\u0020\u007F-\u00A0\u1680\u2000-\u200A\u2028\u2029\u202F\u205F\u3000\uFEFF]'
    ),
    CONSTRAINT "email must have 3 to 120 characters" CHECK (length("email") BETWEEN 3 AND 120),
    CONSTRAINT "email must look like name@host" CHECK ("email" LIKE '_%@_%' AND "email" NOT LIKE '%@%@%'),
    CONSTRAINT "email must be readable" CHECK (octet_length("email") = length("email") OR "must_be_readable"('email', "email")),

    CONSTRAINT "age must be a whole number from 0 to 150" CHECK ("age" BETWEEN 0 AND 150)
);

CREATE FUNCTION "fill_keys"() RETURNS TRIGGER LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    new."usernameKey" := "fold_text"(new."username");
    new."emailKey" := "fold_text"(new."email");
    RETURN new;
END
$$;

CREATE TRIGGER "User_keys" BEFORE INSERT OR UPDATE OF "username", "email", "usernameKey", "emailKey" ON "User"
FOR EACH ROW EXECUTE FUNCTION "fill_keys"();

-- Each order of the list, with what a list filters by, so that a late page reads the index alone. The keys are unique: names differ in more
-- than the letter case of ASCII. Prisma takes what is included for a part of the key, hence what the schema has.
-- CreateIndex
CREATE UNIQUE INDEX "User_usernameKey_key" ON "User"("usernameKey") INCLUDE ("id", "age");

-- CreateIndex
CREATE UNIQUE INDEX "User_emailKey_key" ON "User"("emailKey") INCLUDE ("id", "age");

-- CreateIndex
CREATE INDEX "User_id_age_idx" ON "User"("id", "age");

-- CreateIndex
CREATE INDEX "User_age_id_idx" ON "User"("age", "id");

-- CreateIndex
CREATE INDEX "User_age_desc_id_idx" ON "User"("age" DESC NULLS LAST, "id");

-- Every three letters or digits in a row of username and email: a word is found anywhere inside. No word has the tab between the two.
-- What is written waits in a list until it is 1 MB: writing takes a third of the time, and a search half a millisecond more at most.
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE INDEX "User_search_idx" ON "User" USING GIN (("usernameKey" || E'\t' || "emailKey") gin_trgm_ops) WITH (gin_pending_list_limit = 1024);

-- Where emails are hidden, neither what a search finds nor how much it reads may depend on them: it reads an index of usernames alone.
-- CreateIndex
CREATE INDEX "User_username_search_idx" ON "User" USING GIN ("usernameKey" gin_trgm_ops) WITH (gin_pending_list_limit = 1024);

-- Or the planner takes each common word for a rare one.
ALTER INDEX "User_search_idx" ALTER COLUMN 1 SET STATISTICS 2000;
ALTER TABLE "User" ALTER COLUMN "usernameKey" SET STATISTICS 2000;

-- How many people there are of each age: counts and histogram without reading the people. -1 stands for an unknown age. The number is the
-- sum of all rows of that age: each statement adds rows, so that writers never wait for each other here, nor lock each other out.
CREATE TABLE "UserAgeCount" (
    "age" INTEGER NOT NULL,
    "people" BIGINT NOT NULL
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);
-- Or a publication of all tables (logical replication) would refuse to delete its rows: they have no key.
ALTER TABLE "UserAgeCount" REPLICA IDENTITY FULL;

CREATE FUNCTION "count_ages"() RETURNS TRIGGER LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
    "largest" INTEGER;
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO "UserAgeCount" SELECT coalesce("age", -1), count(*) FROM "Inserted" GROUP BY 1;
        -- Ids that the writer chose: the next one is chosen behind them. One such writer at a time, or a smaller id could come last.
        -- Behind the largest id of all there is none: that one does not count.
        SELECT max("id") INTO "largest" FROM "Inserted" WHERE "id" < 2147483647;
        IF (SELECT ("largest", true) > ("last_value", "is_called") FROM "User_id_seq") THEN
            PERFORM pg_advisory_xact_lock(hashtext('User_id_seq'));
            PERFORM setval('"User_id_seq"', greatest("largest", "last_value")) FROM "User_id_seq";
        END IF;
    ELSIF TG_OP = 'DELETE' THEN
        INSERT INTO "UserAgeCount" SELECT coalesce("age", -1), -count(*) FROM "Deleted" GROUP BY 1;
    ELSIF TG_OP = 'UPDATE' THEN
        INSERT INTO "UserAgeCount"
        SELECT coalesce("age", -1), sum("people")
        FROM (SELECT "age", 1 AS "people" FROM "Inserted" UNION ALL SELECT "age", -1 FROM "Deleted") AS "Change"
        GROUP BY 1 HAVING sum("people") <> 0;
    ELSE
        TRUNCATE "UserAgeCount";
        RETURN NULL;
    END IF;
    -- Now and then a writer adds the rows up: no two at once, and at most once in a transaction, as that reads all rows of its own, too.
    -- In a transaction that sees the past it could meet rows that another has added up since.
    IF random() < 0.02 AND current_setting('transaction_isolation') = 'read committed'
        AND coalesce(current_setting('roster.added_up', true), '') = '' AND pg_try_advisory_xact_lock(hashtext('UserAgeCount'))
    THEN
        PERFORM set_config('roster.added_up', 'yes', true);
        WITH "Gone" AS (DELETE FROM "UserAgeCount" RETURNING "age", "people")
        INSERT INTO "UserAgeCount" SELECT "age", sum("people") FROM "Gone" GROUP BY 1 HAVING sum("people") <> 0;
    END IF;
    RETURN NULL;
END
$$;

CREATE TRIGGER "User_count_inserted" AFTER INSERT ON "User" REFERENCING NEW TABLE AS "Inserted"
FOR EACH STATEMENT EXECUTE FUNCTION "count_ages"();
CREATE TRIGGER "User_count_deleted" AFTER DELETE ON "User" REFERENCING OLD TABLE AS "Deleted"
FOR EACH STATEMENT EXECUTE FUNCTION "count_ages"();
CREATE TRIGGER "User_count_updated" AFTER UPDATE ON "User" REFERENCING OLD TABLE AS "Deleted" NEW TABLE AS "Inserted"
FOR EACH STATEMENT EXECUTE FUNCTION "count_ages"();
CREATE TRIGGER "User_count_truncated" AFTER TRUNCATE ON "User"
FOR EACH STATEMENT EXECUTE FUNCTION "count_ages"();
