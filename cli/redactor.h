// Replaces what may be private in text and addresses, the same thing by the same placeholder within a run:
// host-1, user-1, mail-1, ip-1, mac-1, uuid-1, serial-1, path-1. Everything is shown to it twice: learn()
// first, then text() and address().
#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace cli {

class Redactor {
 public:
  Redactor();
  ~Redactor();
  Redactor(const Redactor&) = delete;
  Redactor& operator=(const Redactor&) = delete;

  // Users of home directories and of user@host, hosts, and pointers that stand in text.
  void learn(std::string_view text);
  void learn(std::uint64_t address);

  // `text` without e-mail addresses, hosts, users, IP and MAC addresses, UUIDs, serial numbers, paths below
  // home directories, pointers.
  [[nodiscard]] std::string text(std::string_view text);
  // The name of a file: "input-1", whatever it says.
  [[nodiscard]] std::string input(std::string_view path);
  // text() of a report's own lines, where bytes of memory go too, but for those that the kernel wrote
  // itself.
  [[nodiscard]] std::string lines(std::string_view text);
  // Another address, in another page: order, offset within the page and distances below 64 KiB stay. Numbers
  // below 64 KiB are no pointers and stay what they are.
  [[nodiscard]] std::uint64_t address(std::uint64_t address);

 private:
  struct Patterns;

  std::string placeholder(const char* kind, std::string_view what);
  std::string pointer(std::string_view digits);
  void place_pages();

  std::unique_ptr<Patterns> patterns_;
  std::unordered_set<std::string> users_, hosts_;
  std::map<std::string, std::unordered_map<std::string, std::uint64_t>, std::less<>> placeholders_;
  std::vector<std::uint64_t> learned_;  // pages
  std::map<std::uint64_t, std::uint64_t> pages_;
  std::unordered_set<std::uint64_t> known_;  // pages of addresses that are surely some
};

}  // namespace cli
