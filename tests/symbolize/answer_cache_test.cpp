#include "symbolize/answer_cache.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <iterator>

#include "fixture.h"

namespace symbolize::test {
namespace {

const std::string kId = "0123456789abcdef0123456789abcdef01234567";

Answer full() {
  Answer answer;
  answer.size_differs = true;
  answer.location = Location{"outer.isra.0",
                             "mm/slub.c",
                             12,
                             {{"inner", "mm/a b.h", 3}, {"middle", "", 0}},
                             0xffffffff81000004,
                             "outer.isra.0",
                             4,
                             0x40,
                             ""};
  return answer;
}

Answer unresolved() {
  Answer answer;
  answer.reason = "symbol twice, sizes equal: 2 candidates";
  return answer;
}

void check_equal(const std::optional<Answer>& found, const Answer& wanted) {
  REQUIRE(found);
  CHECK(text(*found) == text(wanted));
  CHECK(found->size_differs == wanted.size_differs);
  if (wanted.location) CHECK(found->location->address == wanted.location->address);
}

Query query_of(std::string_view symbol) {
  Query query;
  query.symbol = symbol;
  query.offset = 0x1f;
  return query;
}

}  // namespace

TEST_CASE("answers come back from disk, and nothing is kept without a folder") {
  const TemporaryFolder folder;
  const std::string place = folder.path() + "/made/when/needed";
  {
    AnswerCache cache({place, kId, "guess"});
    CHECK_FALSE(cache.find("a"));
    cache.add("a", full());
    cache.add("b", unresolved());
    check_equal(cache.find("a"), full());
    cache.save();
  }
  AnswerCache cache({place, kId, "guess"});
  check_equal(cache.find("a"), full());
  check_equal(cache.find("b"), unresolved());
  CHECK_FALSE(AnswerCache({place, kId, "strip /x"}).find("a"));
  CHECK_FALSE(AnswerCache({place, "another", "guess"}).find("a"));
  AnswerCache none({"", kId, "guess"});
  none.add("a", full());
  CHECK_FALSE(none.find("a"));
}

TEST_CASE("all that an answer depends on is in its key") {
  const Query plain = query_of("vfs_read");
  Query sized = plain;
  sized.size = 0x40;
  Query exact = plain;
  exact.exact_pc = true;
  Query further = plain;
  further.offset = 0x20;
  std::vector<std::string> keys = {AnswerCache::key(plain, std::nullopt),
                                   AnswerCache::key(sized, std::nullopt),
                                   AnswerCache::key(exact, std::nullopt),
                                   AnswerCache::key(further, std::nullopt),
                                   AnswerCache::key(plain, 5),
                                   AnswerCache::key(plain, 6),
                                   AnswerCache::key(query_of("vfs_write"), std::nullopt)};
  std::sort(keys.begin(), keys.end());
  CHECK(std::unique(keys.begin(), keys.end()) == keys.end());
}

TEST_CASE("two processes add to one file") {
  const TemporaryFolder folder;
  AnswerCache one({folder.path(), kId, "guess"});
  AnswerCache two({folder.path(), kId, "guess"});
  one.add("a", full());
  two.add("b", unresolved());
  one.save();
  two.save();
  const AnswerCache both({folder.path(), kId, "guess"});
  CHECK(both.find("a"));
  CHECK(both.find("b"));
  // Nothing but the file itself is left behind.
  CHECK(std::distance(std::filesystem::directory_iterator(folder.path()), {}) == 1);
}

TEST_CASE("a damaged file counts as none, and is replaced") {
  const TemporaryFolder folder;
  const std::string file = folder.path() + "/" + kId + ".symbols";
  AnswerCache first({folder.path(), kId, "guess"});
  first.add("a", full());
  first.save();
  const std::string good = read_file(file);
  REQUIRE(good.size() > 100);
  for (std::size_t at = 0; at < good.size(); ++at) {
    std::string bytes = good;
    bytes[at] = static_cast<char>(bytes[at] ^ 4);
    folder.write(kId + ".symbols", bytes);
    CHECK_FALSE(AnswerCache({folder.path(), kId, "guess"}).find("a"));
    folder.write(kId + ".symbols", good.substr(0, at));
    CHECK_FALSE(AnswerCache({folder.path(), kId, "guess"}).find("a"));
  }
  AnswerCache again({folder.path(), kId, "guess"});
  again.add("b", full());
  again.save();
  CHECK(AnswerCache({folder.path(), kId, "guess"}).find("b"));
}

TEST_CASE("text that would break a line is not stored, and the number of answers is bounded") {
  const TemporaryFolder folder;
  AnswerCache cache({folder.path(), kId, "guess"});
  Answer odd = full();
  odd.location->inlined.front().file = "a\nb";
  cache.add("odd", odd);
  CHECK_FALSE(cache.find("odd"));
  cache.add("odd\tkey", full());
  CHECK_FALSE(cache.find("odd\tkey"));
  for (std::size_t i = 0; i < AnswerCache::kMostAnswers; ++i) cache.add(std::to_string(i), Answer());
  cache.add("one more", full());
  CHECK_FALSE(cache.find("one more"));
  CHECK(cache.find("0"));
}

TEST_CASE("a second run answers from the cache alone, the same as the first") {
  const TemporaryFolder folder;
  const std::string kernel = folder.copy(program("kernel-gcc-5"), "vmlinux");
  Options options;
  options.cache_dir = folder.path() + "/cache";
  const Query query = [&] {
    Query at;
    at.address = mark(kernel, 1);
    at.exact_pc = true;
    return at;
  }();
  std::string first;
  {
    Symbolizer symbolizer = open_kernel(kernel, options);
    first = text(ask(symbolizer, query));
    CHECK(first.find("include/shared.h") != std::string::npos);
  }
  // The same build with its line tables gone: only the cache can still know.
  std::string bytes = read_file(kernel);
  for (std::size_t at = bytes.find(".debug_line"); at != std::string::npos;
       at = bytes.find(".debug_line", at)) {
    bytes.replace(at, 11, ".debug_lost");
  }
  folder.write("vmlinux", bytes);
  Symbolizer symbolizer = open_kernel(kernel, options);
  CHECK(text(ask(symbolizer, query)) == first);
  options.cache_dir.clear();
  Symbolizer without = open_kernel(kernel, options);
  CHECK(text(ask(without, query)) != first);
}

TEST_CASE("answers without debug information are not kept: its file may be installed tomorrow") {
  const TemporaryFolder folder;
  Options options;
  options.cache_dir = folder.path();
  Query query;
  query.address = mark(program("kernel-no-dwarf"), 2);
  {
    Symbolizer symbolizer = open_kernel(program("kernel-no-dwarf"), options);
    CHECK(ask(symbolizer, query).reason == "no debug information");
  }
  CHECK(std::filesystem::is_empty(folder.path()));
}

}  // namespace symbolize::test
