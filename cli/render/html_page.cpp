#include <array>
#include <charconv>

#include "cli/render/html_parts.h"
#include "cli/render/page_style.h"

namespace cli::render {
namespace {

// How a policy names a digest: base64 of its bytes, which are given in hex.
std::string base64_of_hex(std::string_view digits) {
  constexpr std::string_view kLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  std::uint32_t bits = 0;
  unsigned held = 0;
  for (std::size_t i = 0; i + 2 <= digits.size(); i += 2) {
    std::uint32_t byte = 0;
    std::from_chars(digits.data() + i, digits.data() + i + 2, byte, 16);
    bits = (bits << 8 | byte) & 0xffffff;
    for (held += 8; held >= 6; held -= 6) out += kLetters[bits >> (held - 6) & 63];
  }
  if (held > 0) out += kLetters[bits << (6 - held) & 63];
  while (out.size() % 4 != 0) out += '=';
  return out;
}

}  // namespace

void begin_page(Html& html, std::string_view title, std::string_view heading, std::string_view about,
                const Contents& contents) {
  // No script, no picture, no font, no request: only the style sheet below, known by its digest.
  const auto policy = "default-src 'none'; style-src 'sha256-" + base64_of_hex(kPageStyleSha256) +
                      "'; base-uri 'none'; form-action 'none'";
  html.open("html", {{"lang", "en"}}).open("head");
  html.empty("meta", {{"charset", "utf-8"}});
  html.empty("meta", {{"http-equiv", "Content-Security-Policy"}, {"content", policy}});
  html.empty("meta", {{"name", "viewport"}, {"content", "width=device-width, initial-scale=1"}});
  html.empty("meta", {{"name", "color-scheme"}, {"content", "light dark"}});
  html.empty("meta", {{"name", "referrer"}, {"content", "no-referrer"}});
  html.leaf("title", title).style(kPageStyle).close().line_break();
  html.open("body").leaf("a", "Skip to the contents", {{"class", "skip"}, {"href", "#main"}});
  html.open("header").leaf("h1", heading).leaf("p", about).close().line_break();
  html.open("nav", {{"aria-label", "Contents"}}).open("ul");
  for (const auto& [id, name] : contents) html.open("li").leaf("a", name, {{"href", "#" + id}}).close();
  html.close().close().line_break();
  html.open("main", {{"id", "main"}, {"tabindex", "-1"}}).line_break();
}

std::string end_page(Html& html) {
  html.close();
  html.open("footer").leaf("p", "Made by depot-analyze. This page loads nothing and runs nothing.").close();
  return "<!DOCTYPE html>\n" + html.take() + "\n";
}

}  // namespace cli::render
