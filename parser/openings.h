// How a line begins, looked up once: the words that lines of reports begin with, and whose they are. Each
// line is asked for many of them, and begins with none or one.
#pragma once
#include <cstdint>
#include <string_view>

namespace parser {

// Bits; each says that the line begins so, and no more.
using Openings = std::uint32_t;
inline constexpr Openings kDepotOpening = 1 << 0;     // announces a stack out of the depot
inline constexpr Openings kLiveOpening = 1 << 1;      // announces a live stack, or says where its CPU is
inline constexpr Openings kRegisterOpening = 1 << 2;  // register rows, code bytes and the like
inline constexpr Openings kUntabledOpening = 1 << 3;  // the first line of a report of no family's table
inline constexpr Openings kUntitledOpening = 1 << 4;  // what reports without a title begin with
inline constexpr Openings kNamingOpening = 1 << 5;    // says no more than a function's name
// Lines of a report of that family that carry no field of ours.
inline constexpr Openings kKasanFiller = 1 << 6;
inline constexpr Openings kSlubFiller = 1 << 7;
inline constexpr Openings kSplatFiller = 1 << 8;

// Of `body`, a line's text without the blanks in front.
Openings openings_of(std::string_view body);

}  // namespace parser
