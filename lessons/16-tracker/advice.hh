// The misconceptions of this lesson, each under the name that README.md explains it by. Those about
// whole messages are in advice_messages.hh.

#pragma once

#include "lessons/course/check/story.hh"

namespace waymark::course::check {

inline const Advice kChecksumIgnored{
    "the checksum ignored",
    "It is there because bytes change on the way. A line of which it does not speak well is no "
    "point, however good it looks.",
    "README.md#the-checksum-ignored"};
inline const Advice kWrongBytes{
    "the checksum of other bytes",
    "It is the exclusive or of all bytes before the '*', the first one too. The '*', the digits "
    "and the line end do not belong to it.",
    "README.md#the-checksum-of-other-bytes; lessons/16-tracker/SEXTANT.md"};
inline const Advice kSignedByte{
    "a byte with a sign",
    "A char may be negative: 0xE2 is -30 then, and as an int it has ones in front of its eight "
    "bits. The checksum is of bytes: static_cast<unsigned char>.",
    "README.md#a-byte-with-a-sign; lessons/16-tracker/SEXTANT.md"};
inline const Advice kChecksumText{
    "a checksum that is no two digits",
    "Two hexadecimal digits, in either case, and then the end of the line. strtol and sscanf stop "
    "where they please and say nothing.",
    "README.md#a-checksum-that-is-no-two-digits; strtol(3)"};
inline const Advice kPastTheEnd{
    "read past the end",
    "A line may be shorter than any line should be. Ask for the size before you look at a byte, "
    "and remember that behind a string_view there is no zero byte.",
    "README.md#read-past-the-end"};
inline const Advice kDayMonth{"day and month in another order",
                              "150624 is the fifteenth of June. Half of all days are days in any "
                              "order, so it goes unnoticed until the thirteenth.",
                              "README.md#day-and-month-in-another-order"};
inline const Advice kCentury{
    "the century of the year",
    "YY is 2000 to 2099. C counts years from 1900, and NMEA's readers take "
    "80 to 99 for the last century; this protocol does neither.",
    "README.md#the-century-of-the-year"};
inline const Advice kSeconds{
    "seconds for milliseconds",
    "A Fix counts milliseconds since 1970. In seconds, it is January 1970.",
    "README.md#seconds-for-milliseconds; lessons/16-tracker/fix.hh"};
inline const Advice kFraction{"a fraction read as a number",
                              ".2 is 200 milliseconds and .25 are 250: digits behind a point count "
                              "from the left. In a double, 1.001 * 1000 is 1000.99, and cut 1000.",
                              "README.md#a-fraction-read-as-a-number"};
inline const Advice kNormalised{
    "a day that the calendar has not",
    "mktime(3) and timegm(3) make the first of March of the thirtieth of February. A date that is "
    "none was damaged, and a guess moves the point by a day.",
    "README.md#a-day-that-the-calendar-has-not; timegm(3)"};
inline const Advice kLeapYear{
    "a leap year left out",
    "Of the hundredth years each fourth has a 29 February: 2000 is one of them. The rule is in "
    "year_month_day::ok() already.",
    "README.md#a-leap-year-left-out"};
inline const Advice kClock{
    "an hour that no clock has",
    "Hours end at 23, minutes and seconds at 59, and leap seconds are not told. What is more was "
    "damaged on the way.",
    "README.md#an-hour-that-no-clock-has; lessons/16-tracker/SEXTANT.md"};
inline const Advice kFractionForm{
    "a fraction of any length",
    "Behind the seconds the text ends, or there are a point and one to three digits.",
    "README.md#a-fraction-of-any-length; lessons/16-tracker/SEXTANT.md"};
inline const Advice kSign{
    "a sign taken for a digit",
    "std::from_chars into an int reads \"-0\" as 0, and stoi \"+6\" as 6. Where digits stand, "
    "read an unsigned number, or look at each byte.",
    "README.md#a-sign-taken-for-a-digit; std::from_chars"};
inline const Advice kEmptyText{"nothing taken for no text",
                               "\"*00\" is a line whose text is empty, and its checksum is right. "
                               "What is missing in it is for "
                               "others to say.",
                               "README.md#nothing-taken-for-no-text"};
inline const Advice kLocalTime{
    "local time",
    "The logger says UTC. mktime(3) reads it in the zone of whichever machine the server runs on, "
    "and is an hour wrong in summer only.",
    "README.md#local-time; mktime(3)"};
inline const Advice kLooseDigits{
    "half of a number read",
    "All of a field is the number, or it is none, and no digit is no number. strtod, stoi and "
    "sscanf take blanks and signs, stop at the first letter, and read 0x10 as sixteen; strtoull "
    "with base 0 reads 010 as eight.",
    "README.md#half-of-a-number-read; strtod(3), std::from_chars"};
inline const Advice kLocale{"a number in the user's locale",
                            "Where the decimal sign is a comma, strtod and >> read 4747.123 as "
                            "4747. A protocol has no locale: parse_number() and from_chars.",
                            "README.md#a-number-in-the-users-locale; setlocale(3)"};
inline const Advice kMinutes{"minutes read as a fraction of degrees",
                             "4747.123 are 47 degrees and 47.123 minutes, and a degree has sixty "
                             "of them: 47.785.",
                             "README.md#minutes-read-as-a-fraction-of-degrees"};
inline const Advice kHemisphere{"a hemisphere forgotten",
                                "S and W are negative. All of the test points of most programs lie "
                                "in the north and in the east.",
                                "README.md#a-hemisphere-forgotten"};
inline const Advice kHalfSign{"the sign of half a number",
                              "The sign belongs to degrees and minutes together. Of 0 degrees it "
                              "cannot be seen, and -33 + 0.5 is nearer to the equator.",
                              "README.md#the-sign-of-half-a-number"};
inline const Advice kColumns{
    "a number of a fixed length",
    "How many digits the fraction has is the logger's business. Find its end by the letter.",
    "README.md#a-number-of-a-fixed-length"};
inline const Advice kPrecision{"a number with too few digits",
                               "A float has seven digits: of 47.7853833 it makes 47.7853851, which "
                               "is somewhere else. degrees() "
                               "gives a double.",
                               "README.md#a-number-with-too-few-digits"};
inline const Advice kNoPlace{
    "something taken for a place",
    "So many digits, two of minutes below 60, perhaps a point and digits, one of two letters. What "
    "is anything else has been damaged, and is no place.",
    "README.md#something-taken-for-a-place"};
inline const Advice kRangeHere{
    "a place refused before it is judged",
    "degrees() says how many degrees a text has. That there are no 91 of latitude reason_against() "
    "knows, and says; refused here it is a point without a place.",
    "README.md#a-place-refused-before-it-is-judged; lessons/16-tracker/protocols/sextant.hh"};
inline const Advice kKnots{
    "knots taken for something else",
    "A knot is 1852 metres in 3600 seconds: 0.514 m/s. The unit is in the "
    "protocol, and nowhere in the message.",
    "README.md#knots-taken-for-something-else; lessons/16-tracker/protocols/reported_point.hh"};
inline const Advice kFeet{"feet taken for metres",
                          "A foot is 0.3048 m. The altitude of a glider would be three times too "
                          "high, and that looks possible.",
                          "README.md#feet-taken-for-metres"};
inline const Advice kAllFeet{"metres taken for feet",
                             "The altitude alone comes in feet. The accuracy is in metres already.",
                             "README.md#metres-taken-for-feet; lessons/16-tracker/SEXTANT.md"};
inline const Advice kWholeOnly{
    "whole numbers only",
    "12.5 knots and 1640.5 feet are numbers as well. An int cannot hold "
    "them, and then they are unknown.",
    "README.md#whole-numbers-only; lessons/16-tracker/protocols/number.hh"};
inline const Advice kUnitOfDevice{
    "the device's own unit ignored",
    "Some apps send another unit than their protocol says, and their owners have set it. "
    "KnownDevice::speed_unit goes before the protocol's.",
    "README.md#the-devices-own-unit-ignored; lessons/16-tracker/protocols/reported_point.hh"};
inline const Advice kZero{"nothing read as zero",
                          "An empty field is not known, and neither is NaN or 1e999. As 0 it is a "
                          "standstill, an empty battery, the height of the sea.",
                          "README.md#nothing-read-as-zero"};
inline const Advice kZeroLost{"zero read as nothing",
                              "0 is a value: a boat at anchor, a course to the north, the height "
                              "of the sea. Ask whether there is a number, and not whether it is 0.",
                              "README.md#zero-read-as-nothing"};
inline const Advice kBelowSea{
    "a height below the sea refused",
    "An altitude may be negative. Which values cannot be is for "
    "fill_fix() to say.",
    "README.md#a-height-below-the-sea-refused; lessons/16-tracker/SEXTANT.md"};
inline const Advice kZeroPlace{"a missing place read as zero",
                               "0 degrees is a place. A point without one goes to quarantine.",
                               "README.md#a-missing-place-read-as-zero"};
inline const Advice kOptionalCosts{
    "an optional field that costs the point",
    "Place and time make a point. A battery that cannot be read is an unknown battery.",
    "README.md#an-optional-field-that-costs-the-point"};
inline const Advice kWrongField{
    "a field in another's place", "Count the commas: an empty field has its place, too.",
    "README.md#a-field-in-anothers-place; lessons/16-tracker/SEXTANT.md"};
inline const Advice kBlanks{"blanks taken off",
                            "A date, a time and a place have the forms that SEXTANT.md gives, and "
                            "no blank is in them. What "
                            "does not fit was changed on the way: nobody knows what else was.",
                            "README.md#blanks-taken-off; lessons/16-tracker/SEXTANT.md"};
inline const Advice kMoreFields{"more fields than today",
                                "A later version adds fields at the end. Who takes that for an "
                                "error refuses every new logger.",
                                "README.md#more-fields-than-today"};
inline const Advice kNowForMissing{
    "now for a time that is missing",
    "A logger sends hours later, when it has a network. Now is not when it "
    "was there.",
    "README.md#now-for-a-time-that-is-missing"};
inline const Advice kLostPoint{
    "a bad point dropped",
    "It was acknowledged, so the logger forgets it. Quarantine keeps it, with the reason and the "
    "line, for the day on which somebody wants to know.",
    "README.md#a-bad-point-dropped"};
inline const Advice kBlankLine{
    "an empty line passed over",
    "The logger forgets as many lines as the answer says. Each line up to COUNT is one of them; an "
    "empty one is a damaged one, and lies in quarantine.",
    "README.md#an-empty-line-passed-over"};
inline const Advice kBelieved{
    "an impossible place believed",
    "91 degrees north is nowhere, and a point of tomorrow hides all of "
    "today's. reason_against() knows them.",
    "README.md#an-impossible-place-believed; lessons/16-tracker/protocols/reported_point.hh"};
inline const Advice kImpossible{
    "an impossible value believed",
    "-1 is what a logger sends that knows no speed, and a battery of "
    "200 per cent is none. fill_fix() "
    "leaves out what cannot be.",
    "README.md#an-impossible-value-believed; lessons/16-tracker/protocols/reported_point.hh"};
inline const Advice kEvidence{
    "quarantine without evidence",
    "Whose it is, which point of the message (the first is 0), why, by which protocol (source), "
    "and the line as it came: somebody will look at it, and replay it.",
    "README.md#quarantine-without-evidence; lessons/16-tracker/fix.hh"};
inline const Advice kOwnReason{
    "a reason of one's own",
    "bad_checksum, or the word that reason_against() gives: people look for rows by these. It asks "
    "for the place first: a line with fewer fields is a point without one.",
    "README.md#a-reason-of-ones-own; lessons/16-tracker/protocols/sextant.hh"};
inline const Advice kNoBound{"a peer's text without a bound",
                             "One line may be all of a message. kMaximumRaw is what a row of "
                             "quarantine holds; more does not go through the channel.",
                             "README.md#a-peers-text-without-a-bound; lessons/16-tracker/fix.hh"};
inline const Advice kNobodys{
    "a fix that is nobody's",
    "fill_fix() fills in what the point has. Whose it is, and by which protocol it came (source), "
    "is the decoder's to say.",
    "README.md#a-fix-that-is-nobodys; lessons/16-tracker/protocols/reported_point.hh"};
inline const Advice kCleared{"what was there before is gone",
                             "Points are added: a message has several, and one place for all.",
                             "README.md#what-was-there-before-is-gone"};
inline const Advice kShared{"a memory between two messages",
                            "Messages of a thousand loggers come in any order. What is static in a "
                            "decoder belongs to all of them.",
                            "README.md#a-memory-between-two-messages"};

}  // namespace waymark::course::check
