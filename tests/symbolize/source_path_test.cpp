#include "symbolize/source_path.h"

#include <doctest/doctest.h>

namespace symbolize::test {

TEST_CASE("paths are made normal without asking the file system") {
  CHECK(normal_path("/build//linux/./mm/../fs/ext4.c") == "/build/linux/fs/ext4.c");
  CHECK(normal_path("./mm/slub.c") == "mm/slub.c");
  CHECK(normal_path("../../mm/slub.c") == "../../mm/slub.c");
  CHECK(normal_path("/../mm") == "/mm");
  CHECK(normal_path("a/../../b") == "../b");
  CHECK(normal_path("/build/linux/") == "/build/linux");
  CHECK(normal_path("").empty());
}

TEST_CASE("a fixed prefix is stripped at a folder's border") {
  PathStripper paths;
  CHECK(paths.strip("/build/linux/mm/slub.c") == "/build/linux/mm/slub.c");
  paths.fix("/build/./linux/");
  CHECK(paths.strip("/build/linux/mm/slub.c") == "mm/slub.c");
  CHECK(paths.strip("/build/linux-6.12/mm/slub.c") == "/build/linux-6.12/mm/slub.c");
  CHECK(paths.strip("/build/linux") == "/build/linux");
}

}  // namespace symbolize::test
