-- What nobody can read, or see, is no username and no email: the database refuses it from now on, whoever writes. People who are there stay
-- as they are, and a username or email of theirs is looked at only when it changes. These are triggers: a CHECK constraint would need the
-- table to be written anew, and cannot look at one character after the other. Of ASCII text they look only whether it is that.

-- A trigger inserts here what it has found, and the name of the constraint that this breaks is the sentence that SQLite prints, as for
-- "User". Unlike RAISE(ABORT), that is a CHECK constraint to Prisma, which would print "Foreign key constraint violated" instead.
-- The trigger removes its row again, so that the table is always empty.
CREATE TABLE "UserRefusal" (
    "fault" TEXT,

    CONSTRAINT "username must be valid UTF-8, without U+FFFD" CHECK ("fault" <> 'username encoding'),
    CONSTRAINT "username must not contain invisible, direction-changing or private-use characters" CHECK ("fault" NOT IN ('username invisible', 'username space')),
    CONSTRAINT "username must not begin with a combining mark" CHECK ("fault" <> 'username mark'),
    CONSTRAINT "email must be valid UTF-8, without U+FFFD" CHECK ("fault" <> 'email encoding'),
    CONSTRAINT "email must not contain invisible, direction-changing or private-use characters" CHECK ("fault" <> 'email invisible'),
    CONSTRAINT "email must not begin with a combining mark" CHECK ("fault" <> 'email mark'),

    CONSTRAINT "id 2147483647 is taken and no id comes after it: UPDATE User SET id = (SELECT ifnull(max(id), 0) + 1 FROM User WHERE id < 2147483647 AND id + 1 NOT IN (SELECT id FROM User)) WHERE id = 2147483647" CHECK ("fault" <> 'id largest'),
    CONSTRAINT "id 2147483647 was taken and is free again: DELETE FROM sqlite_sequence WHERE name = 'User'" CHECK ("fault" <> 'id counter')
) STRICT;

-- What is looked for in text. Each number from 1 on is a place: SQLite reads broken sequences leniently, and writes the character there
-- otherwise than it found it. Each number below has a pattern, and a sign that is quick to match and tells most text apart from it.
CREATE TABLE "UserTextRule" (
    "number" INTEGER NOT NULL PRIMARY KEY,
    "fault" TEXT NOT NULL,
    "sign" TEXT,
    "pattern" TEXT
) STRICT;

-- An email has up to 120 places.
WITH RECURSIVE "Place" ("number") AS (SELECT 1 UNION ALL SELECT "number" + 1 FROM "Place" WHERE "number" < 120)
INSERT INTO "UserTextRule" ("number", "fault") SELECT "number", 'encoding' FROM "Place";

WITH RECURSIVE
"Range" ("class", "first", "last") AS (VALUES
    -- Stands for what could not be read. SQLite takes U+FFFE, U+FFFF and most broken sequences for it, too.
    ('lost', 0xFFFD, 0xFFFD),

    -- Never allowed. Soft hyphen, combining grapheme joiner, Arabic letter mark: hints for layout that nobody sees.
    ('never', 0x00AD, 0x00AD), ('never', 0x034F, 0x034F), ('never', 0x061C, 0x061C),
    -- Fillers of Hangul and inherent vowels of Khmer: letters without a shape.
    ('never', 0x115F, 0x1160), ('never', 0x3164, 0x3164), ('never', 0xFFA0, 0xFFA0), ('never', 0x17B4, 0x17B5),
    -- Zero width space, the marks and controls of writing direction, word joiner, invisible operators, isolates, deprecated controls.
    ('never', 0x200B, 0x200B), ('never', 0x200E, 0x200F), ('never', 0x202A, 0x202E), ('never', 0x2060, 0x206F),
    -- Line and paragraph separator (a username is one line), byte order mark. The constraint on emails calls them white space.
    ('space', 0x2028, 0x2029), ('space', 0xFEFF, 0xFEFF),
    -- Blank, though Unicode calls them symbols, letters or marks: Braille, musical note head, Khitan filler.
    ('never', 0x2800, 0x2800), ('never-astral', 0x1D159, 0x1D159), ('never-astral', 0x16FE4, 0x16FE4),
    -- Invisible to be (reserved), annotation controls, object replacement.
    ('never', 0xFFF0, 0xFFFC),
    -- Layout controls of hieroglyphs and shorthand, and of musical notation: nobody's name needs them.
    ('never-astral', 0x13430, 0x1345F), ('never-astral', 0x1BCA0, 0x1BCA3), ('never-astral', 0x1D173, 0x1D17A),
    -- Language tag, tags but those of the flags below, and what is reserved beside the tags and variation selectors.
    ('never-astral', 0xE0000, 0xE0061), ('never-astral', 0xE0064, 0xE0064), ('never-astral', 0xE0066, 0xE0066),
    ('never-astral', 0xE0068, 0xE006B), ('never-astral', 0xE006D, 0xE006D), ('never-astral', 0xE006F, 0xE0072),
    ('never-astral', 0xE0075, 0xE0076), ('never-astral', 0xE0078, 0xE007E), ('never-astral', 0xE0080, 0xE00FF),
    ('never-astral', 0xE01F0, 0xE0FFF),
    -- Private use: each machine shows something else, or nothing.
    ('never', 0xE000, 0xF8FF), ('never-astral', 0xF0000, 0x10FFFF),
    -- Noncharacters. What is merely not assigned yet is allowed: each year's Unicode makes letters and emoji of some, and boxes can be seen.
    ('never', 0xFDD0, 0xFDEF),
    ('never-astral', 0x1FFFE, 0x1FFFF), ('never-astral', 0x2FFFE, 0x2FFFF), ('never-astral', 0x3FFFE, 0x3FFFF),
    ('never-astral', 0x4FFFE, 0x4FFFF), ('never-astral', 0x5FFFE, 0x5FFFF), ('never-astral', 0x6FFFE, 0x6FFFF),
    ('never-astral', 0x7FFFE, 0x7FFFF), ('never-astral', 0x8FFFE, 0x8FFFF), ('never-astral', 0x9FFFE, 0x9FFFF),
    ('never-astral', 0xAFFFE, 0xAFFFF), ('never-astral', 0xBFFFE, 0xBFFFF), ('never-astral', 0xCFFFE, 0xCFFFF),
    ('never-astral', 0xDFFFE, 0xDFFFF), ('never-astral', 0xEFFFE, 0xEFFFF),
    -- Visible all the same, and allowed: format characters that are signs over Arabic, Syriac or Kaithi numbers (U+0600, U+06DD, ...).

    -- Allowed in their places, see the patterns.
    ('zwnj', 0x200C, 0x200C), ('zwj', 0x200D, 0x200D), ('text-style', 0xFE0E, 0xFE0E), ('emoji-style', 0xFE0F, 0xFE0F),
    ('variant', 0xFE00, 0xFE0D), ('ideograph-variant', 0xE0100, 0xE01EF),
    ('mongolian-variant', 0x180B, 0x180D), ('mongolian-variant', 0x180F, 0x180F), ('mongolian-separator', 0x180E, 0x180E),
    ('black-flag', 0x1F3F4, 0x1F3F4), ('last-tag', 0xE007F, 0xE007F), ('not-first-tag', 0xE007F, 0xE007F), ('any-tag', 0xE0062, 0xE007F),
    ('tag-g', 0xE0067, 0xE0067), ('tag-b', 0xE0062, 0xE0062), ('not-first-tag', 0xE0062, 0xE0062),
    ('tag', 0xE0062, 0xE0063), ('tag', 0xE0065, 0xE0065), ('tag', 0xE0067, 0xE0067), ('tag', 0xE006C, 0xE006C), ('tag', 0xE006E, 0xE006E),
    ('tag', 0xE0073, 0xE0074), ('tag', 0xE0077, 0xE0077),
    ('not-first-tag', 0xE0063, 0xE0063), ('not-first-tag', 0xE0065, 0xE0065), ('not-first-tag', 0xE006C, 0xE006C),
    ('not-first-tag', 0xE006E, 0xE006E), ('not-first-tag', 0xE0073, 0xE0074), ('not-first-tag', 0xE0077, 0xE0077),
    ('tag-esw', 0xE0065, 0xE0065), ('tag-esw', 0xE0073, 0xE0073), ('tag-esw', 0xE0077, 0xE0077),
    ('tag-ncl', 0xE006C, 0xE006C), ('tag-ncl', 0xE006E, 0xE006E), ('tag-ncl', 0xE0063, 0xE0063),
    ('tag-gts', 0xE0067, 0xE0067), ('tag-gts', 0xE0073, 0xE0074),

    ('keycap', 0x20E3, 0x20E3), ('astral', 0x10000, 0x10FFFF),
    ('emoji', 0x00A9, 0x00A9), ('emoji', 0x00AE, 0x00AE), ('emoji', 0x203C, 0x203C), ('emoji', 0x2049, 0x2049), ('emoji', 0x2122, 0x2122),
    ('emoji', 0x2139, 0x2139), ('emoji', 0x2190, 0x21FF), ('emoji', 0x2300, 0x23FF), ('emoji', 0x24C2, 0x24C2), ('emoji', 0x25A0, 0x27BF),
    ('emoji', 0x2934, 0x2935), ('emoji', 0x2B00, 0x2BFF), ('emoji', 0x3030, 0x3030), ('emoji', 0x303D, 0x303D), ('emoji', 0x3297, 0x3297),
    ('emoji', 0x3299, 0x3299), ('emoji', 0x1F000, 0x1FAFF), ('emoji', 0x1FC00, 0x1FFFD),
    -- Those with compatibility ideographs; all of planes 2 and 3 is set apart for them.
    ('ideograph', 0x3400, 0x4DBF), ('ideograph', 0x4E00, 0x9FFF), ('ideograph', 0xF900, 0xFAFF), ('ideograph', 0x20000, 0x3FFFD),
    -- Myanmar, Phags-pa, Manichaean: the other scripts with variants of letters in Unicode's list.
    ('varying', 0x1000, 0x109F), ('varying', 0xA840, 0xA877), ('varying', 0xAA60, 0xAA7F), ('varying', 0x10AC0, 0x10AFF),
    ('mongolian', 0x1820, 0x1878), ('mongolian', 0x1880, 0x18AA),

    -- Letters of cursive scripts that join the next one (Joining_Type D, L, C), and marks on them (T).
    ('joins-next', 0x0620, 0x0620), ('joins-next', 0x0626, 0x0626), ('joins-next', 0x0628, 0x0628), ('joins-next', 0x062A, 0x062E),
    ('joins-next', 0x0633, 0x0647), ('joins-next', 0x0649, 0x065F), ('joins-next', 0x066E, 0x0670), ('joins-next', 0x0678, 0x0687),
    ('joins-next', 0x069A, 0x06BF), ('joins-next', 0x06C1, 0x06C2), ('joins-next', 0x06CC, 0x06CC), ('joins-next', 0x06CE, 0x06CE),
    ('joins-next', 0x06D0, 0x06D1), ('joins-next', 0x06D6, 0x06DC), ('joins-next', 0x06DF, 0x06E4), ('joins-next', 0x06E7, 0x06E8),
    ('joins-next', 0x06EA, 0x06ED), ('joins-next', 0x06FA, 0x06FC), ('joins-next', 0x06FF, 0x06FF), ('joins-next', 0x0711, 0x0714),
    ('joins-next', 0x071A, 0x071D), ('joins-next', 0x071F, 0x0727), ('joins-next', 0x0729, 0x0729), ('joins-next', 0x072B, 0x072B),
    ('joins-next', 0x072D, 0x072E), ('joins-next', 0x0730, 0x074A), ('joins-next', 0x074E, 0x0758), ('joins-next', 0x075C, 0x076A),
    ('joins-next', 0x076D, 0x0770), ('joins-next', 0x0772, 0x0772), ('joins-next', 0x0775, 0x0777), ('joins-next', 0x077A, 0x077F),
    ('joins-next', 0x07CA, 0x07F3), ('joins-next', 0x07FA, 0x07FA), ('joins-next', 0x0841, 0x0845), ('joins-next', 0x0848, 0x0848),
    ('joins-next', 0x084A, 0x0853), ('joins-next', 0x0855, 0x0855), ('joins-next', 0x0859, 0x085B), ('joins-next', 0x0860, 0x0860),
    ('joins-next', 0x0862, 0x0865), ('joins-next', 0x0868, 0x0868), ('joins-next', 0x0883, 0x0886), ('joins-next', 0x0889, 0x088D),
    ('joins-next', 0x0897, 0x08A9), ('joins-next', 0x08AF, 0x08B0), ('joins-next', 0x08B3, 0x08B8), ('joins-next', 0x08BA, 0x08E1),
    ('joins-next', 0x08E3, 0x08FF), ('joins-next', 0x1807, 0x1807), ('joins-next', 0x180A, 0x180A), ('joins-next', 0x1820, 0x1878),
    ('joins-next', 0x1885, 0x18AA), ('joins-next', 0x10D00, 0x10D21), ('joins-next', 0x10D23, 0x10D27), ('joins-next', 0x1E900, 0x1E94B),
    -- Those that join the one before (D, R, C), and marks.
    ('joins-last', 0x0620, 0x0620), ('joins-last', 0x0622, 0x065F), ('joins-last', 0x066E, 0x0673), ('joins-last', 0x0675, 0x06D3),
    ('joins-last', 0x06D5, 0x06DC), ('joins-last', 0x06DF, 0x06E4), ('joins-last', 0x06E7, 0x06E8), ('joins-last', 0x06EA, 0x06EF),
    ('joins-last', 0x06FA, 0x06FC), ('joins-last', 0x06FF, 0x06FF), ('joins-last', 0x0710, 0x074A), ('joins-last', 0x074D, 0x077F),
    ('joins-last', 0x07CA, 0x07F3), ('joins-last', 0x07FA, 0x07FA), ('joins-last', 0x0840, 0x085B), ('joins-last', 0x0860, 0x086A),
    ('joins-last', 0x0870, 0x0886), ('joins-last', 0x0889, 0x088E), ('joins-last', 0x0897, 0x08E1), ('joins-last', 0x08E3, 0x08FF),
    ('joins-last', 0x1807, 0x1807), ('joins-last', 0x180A, 0x180A), ('joins-last', 0x1820, 0x1878), ('joins-last', 0x1885, 0x18AA),
    ('joins-last', 0x10D00, 0x10D27), ('joins-last', 0x1E900, 0x1E94B),

    -- Viramas of living scripts, and the register shifters of Khmer: ZWNJ keeps them from what follows, ZWJ makes a half form of it.
    ('virama', 0x094D, 0x094D), ('virama', 0x09CD, 0x09CD), ('virama', 0x0A4D, 0x0A4D), ('virama', 0x0ACD, 0x0ACD),
    ('virama', 0x0B4D, 0x0B4D), ('virama', 0x0BCD, 0x0BCD), ('virama', 0x0C4D, 0x0C4D), ('virama', 0x0CCD, 0x0CCD),
    ('virama', 0x0D3B, 0x0D3C), ('virama', 0x0D4D, 0x0D4D), ('virama', 0x0DCA, 0x0DCA), ('virama', 0x1039, 0x103A),
    ('virama', 0x17C9, 0x17CA), ('virama', 0x17D2, 0x17D2), ('virama', 0x1B44, 0x1B44), ('virama', 0x1BAA, 0x1BAB),
    ('virama', 0xA806, 0xA806), ('virama', 0xA8C4, 0xA8C4), ('virama', 0xA953, 0xA953), ('virama', 0xA9C0, 0xA9C0),
    ('virama', 0xABED, 0xABED), ('virama', 0x11133, 0x11134), ('virama', 0x1134D, 0x1134D), ('virama', 0x11442, 0x11442),
    ('virama', 0x114C2, 0x114C2), ('virama', 0x1163F, 0x1163F),
    -- Consonants of scripts that write a joiner before the virama, too, as Bengali and Kannada do after ra.
    ('consonant', 0x0915, 0x0939), ('consonant', 0x0958, 0x095F), ('consonant', 0x0995, 0x09B9), ('consonant', 0x09DC, 0x09DF),
    ('consonant', 0x09F0, 0x09F1), ('consonant', 0x0A15, 0x0A39), ('consonant', 0x0A95, 0x0AB9), ('consonant', 0x0B15, 0x0B39),
    ('consonant', 0x0B95, 0x0BB9), ('consonant', 0x0C15, 0x0C39), ('consonant', 0x0C95, 0x0CB9), ('consonant', 0x0D15, 0x0D3A),
    ('consonant', 0x0D9A, 0x0DC6),
    -- The blocks of scripts with viramas.
    ('indic', 0x0900, 0x0DFF), ('indic', 0x1000, 0x109F), ('indic', 0x1780, 0x17D3), ('indic', 0x1B00, 0x1BBF), ('indic', 0xA800, 0xA82B),
    ('indic', 0xA880, 0xA8C5), ('indic', 0xA930, 0xA953), ('indic', 0xA980, 0xA9C0), ('indic', 0xAA60, 0xAA7F), ('indic', 0xABC0, 0xABED),
    ('indic', 0x11000, 0x1183F),

    -- All combining marks of Unicode 17 but those above: at the beginning there is nothing that they could be seen on.
    ('mark', 0x0300, 0x034E), ('mark', 0x0350, 0x036F), ('mark', 0x0483, 0x0489), ('mark', 0x0591, 0x05BD), ('mark', 0x05BF, 0x05BF),
    ('mark', 0x05C1, 0x05C2), ('mark', 0x05C4, 0x05C5), ('mark', 0x05C7, 0x05C7), ('mark', 0x0610, 0x061A), ('mark', 0x064B, 0x065F),
    ('mark', 0x0670, 0x0670), ('mark', 0x06D6, 0x06DC), ('mark', 0x06DF, 0x06E4), ('mark', 0x06E7, 0x06E8), ('mark', 0x06EA, 0x06ED),
    ('mark', 0x0711, 0x0711), ('mark', 0x0730, 0x074A), ('mark', 0x07A6, 0x07B0), ('mark', 0x07EB, 0x07F3), ('mark', 0x07FD, 0x07FD),
    ('mark', 0x0816, 0x0819), ('mark', 0x081B, 0x0823), ('mark', 0x0825, 0x0827), ('mark', 0x0829, 0x082D), ('mark', 0x0859, 0x085B),
    ('mark', 0x0897, 0x089F), ('mark', 0x08CA, 0x08E1), ('mark', 0x08E3, 0x0903), ('mark', 0x093A, 0x093C), ('mark', 0x093E, 0x094F),
    ('mark', 0x0951, 0x0957), ('mark', 0x0962, 0x0963), ('mark', 0x0981, 0x0983), ('mark', 0x09BC, 0x09BC), ('mark', 0x09BE, 0x09C4),
    ('mark', 0x09C7, 0x09C8), ('mark', 0x09CB, 0x09CD), ('mark', 0x09D7, 0x09D7), ('mark', 0x09E2, 0x09E3), ('mark', 0x09FE, 0x09FE),
    ('mark', 0x0A01, 0x0A03), ('mark', 0x0A3C, 0x0A3C), ('mark', 0x0A3E, 0x0A42), ('mark', 0x0A47, 0x0A48), ('mark', 0x0A4B, 0x0A4D),
    ('mark', 0x0A51, 0x0A51), ('mark', 0x0A70, 0x0A71), ('mark', 0x0A75, 0x0A75), ('mark', 0x0A81, 0x0A83), ('mark', 0x0ABC, 0x0ABC),
    ('mark', 0x0ABE, 0x0AC5), ('mark', 0x0AC7, 0x0AC9), ('mark', 0x0ACB, 0x0ACD), ('mark', 0x0AE2, 0x0AE3), ('mark', 0x0AFA, 0x0AFF),
    ('mark', 0x0B01, 0x0B03), ('mark', 0x0B3C, 0x0B3C), ('mark', 0x0B3E, 0x0B44), ('mark', 0x0B47, 0x0B48), ('mark', 0x0B4B, 0x0B4D),
    ('mark', 0x0B55, 0x0B57), ('mark', 0x0B62, 0x0B63), ('mark', 0x0B82, 0x0B82), ('mark', 0x0BBE, 0x0BC2), ('mark', 0x0BC6, 0x0BC8),
    ('mark', 0x0BCA, 0x0BCD), ('mark', 0x0BD7, 0x0BD7), ('mark', 0x0C00, 0x0C04), ('mark', 0x0C3C, 0x0C3C), ('mark', 0x0C3E, 0x0C44),
    ('mark', 0x0C46, 0x0C48), ('mark', 0x0C4A, 0x0C4D), ('mark', 0x0C55, 0x0C56), ('mark', 0x0C62, 0x0C63), ('mark', 0x0C81, 0x0C83),
    ('mark', 0x0CBC, 0x0CBC), ('mark', 0x0CBE, 0x0CC4), ('mark', 0x0CC6, 0x0CC8), ('mark', 0x0CCA, 0x0CCD), ('mark', 0x0CD5, 0x0CD6),
    ('mark', 0x0CE2, 0x0CE3), ('mark', 0x0CF3, 0x0CF3), ('mark', 0x0D00, 0x0D03), ('mark', 0x0D3B, 0x0D3C), ('mark', 0x0D3E, 0x0D44),
    ('mark', 0x0D46, 0x0D48), ('mark', 0x0D4A, 0x0D4D), ('mark', 0x0D57, 0x0D57), ('mark', 0x0D62, 0x0D63), ('mark', 0x0D81, 0x0D83),
    ('mark', 0x0DCA, 0x0DCA), ('mark', 0x0DCF, 0x0DD4), ('mark', 0x0DD6, 0x0DD6), ('mark', 0x0DD8, 0x0DDF), ('mark', 0x0DF2, 0x0DF3),
    ('mark', 0x0E31, 0x0E31), ('mark', 0x0E34, 0x0E3A), ('mark', 0x0E47, 0x0E4E), ('mark', 0x0EB1, 0x0EB1), ('mark', 0x0EB4, 0x0EBC),
    ('mark', 0x0EC8, 0x0ECE), ('mark', 0x0F18, 0x0F19), ('mark', 0x0F35, 0x0F35), ('mark', 0x0F37, 0x0F37), ('mark', 0x0F39, 0x0F39),
    ('mark', 0x0F3E, 0x0F3F), ('mark', 0x0F71, 0x0F84), ('mark', 0x0F86, 0x0F87), ('mark', 0x0F8D, 0x0F97), ('mark', 0x0F99, 0x0FBC),
    ('mark', 0x0FC6, 0x0FC6), ('mark', 0x102B, 0x103E), ('mark', 0x1056, 0x1059), ('mark', 0x105E, 0x1060), ('mark', 0x1062, 0x1064),
    ('mark', 0x1067, 0x106D), ('mark', 0x1071, 0x1074), ('mark', 0x1082, 0x108D), ('mark', 0x108F, 0x108F), ('mark', 0x109A, 0x109D),
    ('mark', 0x135D, 0x135F), ('mark', 0x1712, 0x1715), ('mark', 0x1732, 0x1734), ('mark', 0x1752, 0x1753), ('mark', 0x1772, 0x1773),
    ('mark', 0x17B6, 0x17D3), ('mark', 0x17DD, 0x17DD), ('mark', 0x1885, 0x1886), ('mark', 0x18A9, 0x18A9), ('mark', 0x1920, 0x192B),
    ('mark', 0x1930, 0x193B), ('mark', 0x1A17, 0x1A1B), ('mark', 0x1A55, 0x1A5E), ('mark', 0x1A60, 0x1A7C), ('mark', 0x1A7F, 0x1A7F),
    ('mark', 0x1AB0, 0x1ADD), ('mark', 0x1AE0, 0x1AEB), ('mark', 0x1B00, 0x1B04), ('mark', 0x1B34, 0x1B44), ('mark', 0x1B6B, 0x1B73),
    ('mark', 0x1B80, 0x1B82), ('mark', 0x1BA1, 0x1BAD), ('mark', 0x1BE6, 0x1BF3), ('mark', 0x1C24, 0x1C37), ('mark', 0x1CD0, 0x1CD2),
    ('mark', 0x1CD4, 0x1CE8), ('mark', 0x1CED, 0x1CED), ('mark', 0x1CF4, 0x1CF4), ('mark', 0x1CF7, 0x1CF9), ('mark', 0x1DC0, 0x1DFF),
    ('mark', 0x20D0, 0x20F0), ('mark', 0x2CEF, 0x2CF1), ('mark', 0x2D7F, 0x2D7F), ('mark', 0x2DE0, 0x2DFF), ('mark', 0x302A, 0x302F),
    ('mark', 0x3099, 0x309A), ('mark', 0xA66F, 0xA672), ('mark', 0xA674, 0xA67D), ('mark', 0xA69E, 0xA69F), ('mark', 0xA6F0, 0xA6F1),
    ('mark', 0xA802, 0xA802), ('mark', 0xA806, 0xA806), ('mark', 0xA80B, 0xA80B), ('mark', 0xA823, 0xA827), ('mark', 0xA82C, 0xA82C),
    ('mark', 0xA880, 0xA881), ('mark', 0xA8B4, 0xA8C5), ('mark', 0xA8E0, 0xA8F1), ('mark', 0xA8FF, 0xA8FF), ('mark', 0xA926, 0xA92D),
    ('mark', 0xA947, 0xA953), ('mark', 0xA980, 0xA983), ('mark', 0xA9B3, 0xA9C0), ('mark', 0xA9E5, 0xA9E5), ('mark', 0xAA29, 0xAA36),
    ('mark', 0xAA43, 0xAA43), ('mark', 0xAA4C, 0xAA4D), ('mark', 0xAA7B, 0xAA7D), ('mark', 0xAAB0, 0xAAB0), ('mark', 0xAAB2, 0xAAB4),
    ('mark', 0xAAB7, 0xAAB8), ('mark', 0xAABE, 0xAABF), ('mark', 0xAAC1, 0xAAC1), ('mark', 0xAAEB, 0xAAEF), ('mark', 0xAAF5, 0xAAF6),
    ('mark', 0xABE3, 0xABEA), ('mark', 0xABEC, 0xABED), ('mark', 0xFB1E, 0xFB1E), ('mark', 0xFE20, 0xFE2F), ('mark', 0x101FD, 0x101FD),
    ('mark', 0x102E0, 0x102E0), ('mark', 0x10376, 0x1037A), ('mark', 0x10A01, 0x10A03), ('mark', 0x10A05, 0x10A06),
    ('mark', 0x10A0C, 0x10A0F), ('mark', 0x10A38, 0x10A3A), ('mark', 0x10A3F, 0x10A3F), ('mark', 0x10AE5, 0x10AE6),
    ('mark', 0x10D24, 0x10D27), ('mark', 0x10D69, 0x10D6D), ('mark', 0x10EAB, 0x10EAC), ('mark', 0x10EFA, 0x10EFF),
    ('mark', 0x10F46, 0x10F50), ('mark', 0x10F82, 0x10F85), ('mark', 0x11000, 0x11002), ('mark', 0x11038, 0x11046),
    ('mark', 0x11070, 0x11070), ('mark', 0x11073, 0x11074), ('mark', 0x1107F, 0x11082), ('mark', 0x110B0, 0x110BA),
    ('mark', 0x110C2, 0x110C2), ('mark', 0x11100, 0x11102), ('mark', 0x11127, 0x11134), ('mark', 0x11145, 0x11146),
    ('mark', 0x11173, 0x11173), ('mark', 0x11180, 0x11182), ('mark', 0x111B3, 0x111C0), ('mark', 0x111C9, 0x111CC),
    ('mark', 0x111CE, 0x111CF), ('mark', 0x1122C, 0x11237), ('mark', 0x1123E, 0x1123E), ('mark', 0x11241, 0x11241),
    ('mark', 0x112DF, 0x112EA), ('mark', 0x11300, 0x11303), ('mark', 0x1133B, 0x1133C), ('mark', 0x1133E, 0x11344),
    ('mark', 0x11347, 0x11348), ('mark', 0x1134B, 0x1134D), ('mark', 0x11357, 0x11357), ('mark', 0x11362, 0x11363),
    ('mark', 0x11366, 0x1136C), ('mark', 0x11370, 0x11374), ('mark', 0x113B8, 0x113C0), ('mark', 0x113C2, 0x113C2),
    ('mark', 0x113C5, 0x113C5), ('mark', 0x113C7, 0x113CA), ('mark', 0x113CC, 0x113D0), ('mark', 0x113D2, 0x113D2),
    ('mark', 0x113E1, 0x113E2), ('mark', 0x11435, 0x11446), ('mark', 0x1145E, 0x1145E), ('mark', 0x114B0, 0x114C3),
    ('mark', 0x115AF, 0x115B5), ('mark', 0x115B8, 0x115C0), ('mark', 0x115DC, 0x115DD), ('mark', 0x11630, 0x11640),
    ('mark', 0x116AB, 0x116B7), ('mark', 0x1171D, 0x1172B), ('mark', 0x1182C, 0x1183A), ('mark', 0x11930, 0x11935),
    ('mark', 0x11937, 0x11938), ('mark', 0x1193B, 0x1193E), ('mark', 0x11940, 0x11940), ('mark', 0x11942, 0x11943),
    ('mark', 0x119D1, 0x119D7), ('mark', 0x119DA, 0x119E0), ('mark', 0x119E4, 0x119E4), ('mark', 0x11A01, 0x11A0A),
    ('mark', 0x11A33, 0x11A39), ('mark', 0x11A3B, 0x11A3E), ('mark', 0x11A47, 0x11A47), ('mark', 0x11A51, 0x11A5B),
    ('mark', 0x11A8A, 0x11A99), ('mark', 0x11B60, 0x11B67), ('mark', 0x11C2F, 0x11C36), ('mark', 0x11C38, 0x11C3F),
    ('mark', 0x11C92, 0x11CA7), ('mark', 0x11CA9, 0x11CB6), ('mark', 0x11D31, 0x11D36), ('mark', 0x11D3A, 0x11D3A),
    ('mark', 0x11D3C, 0x11D3D), ('mark', 0x11D3F, 0x11D45), ('mark', 0x11D47, 0x11D47), ('mark', 0x11D8A, 0x11D8E),
    ('mark', 0x11D90, 0x11D91), ('mark', 0x11D93, 0x11D97), ('mark', 0x11EF3, 0x11EF6), ('mark', 0x11F00, 0x11F01),
    ('mark', 0x11F03, 0x11F03), ('mark', 0x11F34, 0x11F3A), ('mark', 0x11F3E, 0x11F42), ('mark', 0x11F5A, 0x11F5A),
    ('mark', 0x1611E, 0x1612F), ('mark', 0x16AF0, 0x16AF4), ('mark', 0x16B30, 0x16B36), ('mark', 0x16F4F, 0x16F4F),
    ('mark', 0x16F51, 0x16F87), ('mark', 0x16F8F, 0x16F92), ('mark', 0x16FF0, 0x16FF1), ('mark', 0x1BC9D, 0x1BC9E),
    ('mark', 0x1CF00, 0x1CF2D), ('mark', 0x1CF30, 0x1CF46), ('mark', 0x1D165, 0x1D169), ('mark', 0x1D16D, 0x1D172),
    ('mark', 0x1D17B, 0x1D182), ('mark', 0x1D185, 0x1D18B), ('mark', 0x1D1AA, 0x1D1AD), ('mark', 0x1D242, 0x1D244),
    ('mark', 0x1DA00, 0x1DA36), ('mark', 0x1DA3B, 0x1DA6C), ('mark', 0x1DA75, 0x1DA75), ('mark', 0x1DA84, 0x1DA84),
    ('mark', 0x1DA9B, 0x1DA9F), ('mark', 0x1DAA1, 0x1DAAF), ('mark', 0x1E000, 0x1E006), ('mark', 0x1E008, 0x1E018),
    ('mark', 0x1E01B, 0x1E021), ('mark', 0x1E023, 0x1E024), ('mark', 0x1E026, 0x1E02A), ('mark', 0x1E08F, 0x1E08F),
    ('mark', 0x1E130, 0x1E136), ('mark', 0x1E2AE, 0x1E2AE), ('mark', 0x1E2EC, 0x1E2EF), ('mark', 0x1E4EC, 0x1E4EF),
    ('mark', 0x1E5EE, 0x1E5EF), ('mark', 0x1E6E3, 0x1E6E3), ('mark', 0x1E6E6, 0x1E6E6), ('mark', 0x1E6EE, 0x1E6EF),
    ('mark', 0x1E6F5, 0x1E6F5), ('mark', 0x1E8D0, 0x1E8D6), ('mark', 0x1E944, 0x1E94A)
),
"Class" ("number", "name", "characters") AS (
    SELECT row_number() OVER (), "class",
        group_concat(CASE WHEN "first" = "last" THEN char("first") ELSE char("first") || '-' || char("last") END, '')
    FROM "Range" GROUP BY "class"
),
-- <name> stands for the characters of a class.
"Rule" ("fault", "sign", "pattern") AS (VALUES
    ('encoding', '*', '*[<lost>]*'),
    ('mark', '[^ -~]*', '[<mark>]*'),
    ('invisible', '*', '*[<never>]*'),
    ('invisible', '*[<astral>]*', '*[<never-astral>]*'),
    ('space', '*', '*[<space>]*'),

    -- Nothing to join or to vary before, or to keep apart after.
    ('invisible', '*', '[<zwnj><zwj><text-style><emoji-style><variant><ideograph-variant>]*'),
    ('invisible', '*', '[<mongolian-variant><mongolian-separator><tag><last-tag>]*'),
    ('invisible', '*', '*[<zwnj><mongolian-separator><tag>]'),

    -- A zero width non-joiner keeps letters apart that would join (Persian, UAX #31, A1), or a virama from the next letter (Hindi, A2).
    ('invisible', '*<zwnj>*', '*[^<joins-next><virama><consonant>]<zwnj>*'),
    ('invisible', '*<zwnj>*', '*[<joins-next>]<zwnj>[^<joins-last>]*'),
    ('invisible', '*<zwnj>*', '*[<virama>]<zwnj>[^<indic>]*'),
    ('invisible', '*<zwnj>*', '*[<consonant>]<zwnj>[^<virama>]*'),

    -- A zero width joiner follows a virama (UAX #31, B), or a consonant before one, or a letter that joins where no other follows,
    -- or stands between two emoji.
    ('invisible', '*<zwj>*', '*[^<joins-next><virama><consonant><emoji><emoji-style>]<zwj>*'),
    ('invisible', '*<zwj>*', '*[^<joins-next><virama>]<zwj>'),
    ('invisible', '*<zwj>*', '*[<joins-next>]<zwj>[<joins-last>]*'),
    ('invisible', '*<zwj>*', '*[<consonant>]<zwj>[^<virama>]*'),
    ('invisible', '*<zwj>*', '*[<emoji><emoji-style>]<zwj>[^<emoji>]*'),

    -- Variation selectors follow what has variants; a digit has one only within a keycap.
    ('invisible', '*<text-style>*', '*[^<emoji>]<text-style>*'),
    ('invisible', '*<emoji-style>*', '*[^<emoji>0-9#*]<emoji-style>*'),
    ('invisible', '*<emoji-style>*', '*[0-9#*]<emoji-style>[^<keycap>]*'),
    ('invisible', '*<emoji-style>*', '*[0-9#*]<emoji-style>'),
    ('invisible', '*[<variant>]*', '*[^<ideograph><varying>][<variant>]*'),
    ('invisible', '*[<ideograph-variant>]*', '*[^<ideograph>][<ideograph-variant>]*'),
    ('invisible', '*[<mongolian-variant>]*', '*[^<mongolian>][<mongolian-variant>]*'),
    ('invisible', '*<mongolian-separator>*', '*[^<mongolian><mongolian-variant>]<mongolian-separator>*'),
    ('invisible', '*<mongolian-separator>*', '*<mongolian-separator>[^<mongolian>]*'),

    -- Tags make a black flag that of England (gbeng), Scotland (gbsct) or Wales (gbwls), and end with the last tag.
    ('invisible', '*[<any-tag>]*', '*[^<black-flag><tag>][<tag><last-tag>]*'),
    ('invisible', '*[<any-tag>]*', '*<black-flag>[<not-first-tag>]*'),
    ('invisible', '*[<any-tag>]*', '*<black-flag><tag-g>[^<tag-b>]*'),
    ('invisible', '*[<any-tag>]*', '*<tag-b>[^<tag-esw>]*'),
    ('invisible', '*[<any-tag>]*', '*<tag-b>[<tag-esw>][^<tag-ncl>]*'),
    ('invisible', '*[<any-tag>]*', '*<tag-b>[<tag-esw>][<tag-ncl>][^<tag-gts>]*'),
    ('invisible', '*[<any-tag>]*', '*<tag-b>[<tag-esw>][<tag-ncl>][<tag-gts>][^<last-tag>]*')
),
"Built" ("fault", "sign", "pattern", "next") AS (
    SELECT "fault", "sign", "pattern", 1 FROM "Rule"
    UNION ALL
    SELECT "fault", replace("sign", '<' || "name" || '>', "characters"), replace("pattern", '<' || "name" || '>', "characters"), "next" + 1
    FROM "Built" JOIN "Class" ON "number" = "next"
)
INSERT INTO "UserTextRule" ("number", "fault", "sign", "pattern")
SELECT -row_number() OVER (ORDER BY "fault" DESC), "fault", "sign", "pattern" FROM "Built" WHERE "next" > (SELECT count(*) FROM "Class");

-- Letters of Latin, Greek, Cyrillic, Armenian, Georgian, kana, Han and Hangul match no pattern: text of those alone is spared them.
CREATE TRIGGER "User_text_before_insert" BEFORE INSERT ON "User"
WHEN new."username" GLOB '*[^ -~]*' OR new."email" GLOB '*[^ -~]*'
BEGIN
    INSERT INTO "UserRefusal" ("fault") VALUES ((
        SELECT "column" || ' ' || "fault"
        FROM (
            SELECT 'username' AS "column", new."username" AS "text"
            UNION ALL SELECT 'email', new."email"
        )
        JOIN "UserTextRule" ON "number" <= length("text") AND "number" >= CASE
            WHEN "text" GLOB '*[^ -~¡-¬®-ʯͰ-ҁҊ-֏Ⴀ-ჿḀ-ỿぁ-ゖァ-ヺ一-鿿가-힣]*' THEN -99
            WHEN "text" GLOB '*[^ -~]*' THEN 1
        END
        AND (
            ("number" > 0 AND substr("text", "number", 1) <> char(unicode(substr("text", "number", 1))))
            OR ("text" GLOB "sign" AND "text" GLOB "pattern")
        )
    ));
    -- OR IGNORE has skipped that row, and skips the person, too.
    SELECT RAISE(IGNORE) WHERE NOT EXISTS (SELECT 1 FROM "UserRefusal");
    DELETE FROM "UserRefusal";
END;

CREATE TRIGGER "User_text_before_update" BEFORE UPDATE OF "username", "email" ON "User"
WHEN (new."username" GLOB '*[^ -~]*' AND new."username" COLLATE BINARY IS NOT old."username")
    OR (new."email" GLOB '*[^ -~]*' AND new."email" COLLATE BINARY IS NOT old."email")
BEGIN
    INSERT INTO "UserRefusal" ("fault") VALUES ((
        SELECT "column" || ' ' || "fault"
        FROM (
            SELECT 'username' AS "column", new."username" AS "text" WHERE new."username" COLLATE BINARY IS NOT old."username"
            UNION ALL SELECT 'email', new."email" WHERE new."email" COLLATE BINARY IS NOT old."email"
        )
        JOIN "UserTextRule" ON "number" <= length("text") AND "number" >= CASE
            WHEN "text" GLOB '*[^ -~¡-¬®-ʯͰ-ҁҊ-֏Ⴀ-ჿḀ-ỿぁ-ゖァ-ヺ一-鿿가-힣]*' THEN -99
            WHEN "text" GLOB '*[^ -~]*' THEN 1
        END
        AND (
            ("number" > 0 AND substr("text", "number", 1) <> char(unicode(substr("text", "number", 1))))
            OR ("text" GLOB "sign" AND "text" GLOB "pattern")
        )
    ));
    -- OR IGNORE has skipped that row, and skips the person, too.
    SELECT RAISE(IGNORE) WHERE NOT EXISTS (SELECT 1 FROM "UserRefusal");
    DELETE FROM "UserRefusal";
END;

-- SQLite goes on from the largest id that there ever was: once the largest possible one had been used, nobody could be added any more. It goes
-- on from the largest that is there now, and while that is the largest possible one, the refusal names the statement that frees it.
UPDATE "sqlite_sequence" SET "seq" = (SELECT ifnull(max("id"), 0) FROM "User") WHERE "name" = 'User' AND "seq" >= 2147483647;

-- An id that SQLite is to choose is -1 here.
CREATE TRIGGER "User_id_before_insert" BEFORE INSERT ON "User"
WHEN new."id" = -1
    AND ((SELECT "seq" FROM "sqlite_sequence" WHERE "name" = 'User') >= 2147483647 OR (SELECT max("id") FROM "User") = 2147483647)
BEGIN
    -- Where OR REPLACE has removed it, no trigger could tell SQLite to go on from another one.
    INSERT INTO "UserRefusal" ("fault") VALUES (iif(EXISTS (SELECT 1 FROM "User" WHERE "id" = 2147483647), 'id largest', 'id counter'));
END;

CREATE TRIGGER "User_id_after_update" AFTER UPDATE OF "id" ON "User"
WHEN old."id" = 2147483647 AND new."id" <> 2147483647
BEGIN
    UPDATE "sqlite_sequence" SET "seq" = (SELECT ifnull(max("id"), 0) FROM "User") WHERE "name" = 'User' AND "seq" >= 2147483647;
END;

CREATE TRIGGER "User_id_after_delete" AFTER DELETE ON "User"
WHEN old."id" = 2147483647
BEGIN
    UPDATE "sqlite_sequence" SET "seq" = (SELECT ifnull(max("id"), 0) FROM "User") WHERE "name" = 'User' AND "seq" >= 2147483647;
END;
