#include "symbolize/demangle.h"

#include <cxxabi.h>

#include <cstdint>
#include <cstdlib>
#include <limits>
#include <memory>

namespace symbolize {
namespace {

constexpr std::size_t kLongestName =
    1 << 14;  // of what comes out; back references can make it grow exponentially
constexpr int kDeepestNesting = 128;

std::string_view basic_type(char tag) {
  static constexpr std::string_view kTypes[26] = {
      "i8",   "bool", "char", "f64", "str", "f32", "",    "u8", "isize", "usize", "",    "i32", "u32",
      "i128", "u128", "_",    "",    "",    "i16", "u16", "()", "...",   "",      "i64", "u64", "!"};
  return tag >= 'a' && tag <= 'z' ? kTypes[tag - 'a'] : std::string_view();
}

// Rust's mangling "v0" (RFC 2603), the one that the kernel is built with. Reads and prints in one go;
// failed() says that the text was no such name. Lifetimes are left out, as llvm does for those that are
// erased.
class RustName {
 public:
  explicit RustName(std::string_view text) : text_(text) {}

  std::string print() {
    path(false);
    if (!failed_ && at_ < text_.size() && peek() != '.') {
      quiet_ = true;
      path(false);  // the crate where a generic was instantiated
    }
    return failed_ || at_ != text_.size() ? std::string() : std::move(out_);
  }

 private:
  struct Deeper {
    explicit Deeper(RustName& name) : name_(name) {
      if (++name_.depth_ > kDeepestNesting) name_.failed_ = true;
    }
    ~Deeper() { --name_.depth_; }
    Deeper(const Deeper&) = delete;
    Deeper& operator=(const Deeper&) = delete;
    RustName& name_;
  };
  struct Identifier {
    std::uint64_t disambiguator = 0;
    std::string_view name;
  };

  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  bool take(char c) {
    if (failed_ || peek() != c || c == '\0') return false;
    ++at_;
    return true;
  }
  char next() {
    const char c = peek();
    if (c == '\0') failed_ = true;
    if (!failed_) ++at_;
    return c;
  }
  void put(std::string_view text) {
    if (quiet_ || failed_) return;
    if (out_.size() + text.size() > kLongestName) {
      failed_ = true;
      return;
    }
    out_.append(text);
  }

  std::uint64_t base62() {
    if (take('_')) return 0;
    std::uint64_t value = 0;
    while (!failed_ && !take('_')) {
      const char c = next();
      unsigned digit = 0;
      if (c >= '0' && c <= '9') {
        digit = static_cast<unsigned>(c - '0');
      } else if (c >= 'a' && c <= 'z') {
        digit = static_cast<unsigned>(c - 'a') + 10;
      } else if (c >= 'A' && c <= 'Z') {
        digit = static_cast<unsigned>(c - 'A') + 36;
      } else {
        failed_ = true;
      }
      if (value > (std::numeric_limits<std::uint64_t>::max() - digit - 1) / 62) failed_ = true;
      if (!failed_) value = value * 62 + digit;
    }
    return value + 1;
  }
  std::uint64_t optional_base62(char tag) { return take(tag) ? base62() + 1 : 0; }

  Identifier identifier() {
    Identifier found;
    found.disambiguator = optional_base62('s');
    take('u');  // punycode: shown as it is
    std::size_t length = 0;
    if (peek() < '0' || peek() > '9') failed_ = true;
    const bool zero = peek() == '0';
    while (!failed_ && peek() >= '0' && peek() <= '9') {
      length = length * 10 + static_cast<std::size_t>(next() - '0');
      if (length > text_.size() || zero) break;
    }
    take('_');
    if (failed_ || length > text_.size() - at_) {
      failed_ = true;
      return found;
    }
    found.name = text_.substr(at_, length);
    at_ += length;
    return found;
  }

  // Reads what stands at an earlier place, then goes on here.
  template <typename Read>
  void back_reference(const Read& read) {
    const std::size_t here = at_ - 1;
    const std::uint64_t target = base62();
    if (failed_ || target >= here) {
      failed_ = true;
      return;
    }
    if (quiet_) return;
    const std::size_t after = at_;
    at_ = static_cast<std::size_t>(target);
    read();
    at_ = after;
  }

  // In a type generic arguments follow the name at once, elsewhere with "::" between. With `leave_open` their
  // '>' is left to the caller, who has more to put there; returns whether it was.
  bool path(bool in_type, bool leave_open = false) {
    const Deeper deeper(*this);
    if (failed_) return false;
    switch (next()) {
      case 'C':
        put(identifier().name);
        break;
      case 'M':
        impl_path();
        put("<");
        type();
        put(">");
        break;
      case 'X':
        impl_path();
        [[fallthrough]];
      case 'Y':
        put("<");
        type();
        put(" as ");
        path(true);
        put(">");
        break;
      case 'N':
        nested(in_type);
        break;
      case 'I':
        path(in_type);
        if (!in_type) put("::");
        put("<");
        list([this] { generic_argument(); });
        if (leave_open) return true;
        put(">");
        break;
      case 'B': {
        bool open = false;
        back_reference([&] { open = path(in_type, leave_open); });
        return open;
      }
      default:
        failed_ = true;
    }
    return false;
  }
  void impl_path() {
    const bool quiet = quiet_;
    quiet_ = true;
    optional_base62('s');
    path(false);
    quiet_ = quiet;
  }
  void nested(bool in_type) {
    const char space = next();
    if ((space < 'A' || space > 'Z') && (space < 'a' || space > 'z')) failed_ = true;
    path(in_type);
    const Identifier name = identifier();
    if (space >= 'A' && space <= 'Z') {
      put("::{");
      put(space == 'C'   ? std::string_view("closure")
          : space == 'S' ? std::string_view("shim")
                         : std::string_view(&space, 1));
      if (!name.name.empty()) put(":");
      put(name.name);
      put("#");
      put(std::to_string(name.disambiguator));
      put("}");
    } else if (!name.name.empty()) {
      put("::");
      put(name.name);
    }
  }

  // Items up to 'E', with commas between. How many there were.
  template <typename Read>
  std::size_t list(const Read& read) {
    std::size_t count = 0;
    for (; !failed_ && !take('E'); ++count) {
      if (count > 0) put(", ");
      read();
    }
    return count;
  }
  void generic_argument() {
    if (take('L')) {
      base62();
      put("'_");
    } else if (take('K')) {
      constant();
    } else {
      type();
    }
  }

  void type() {
    const Deeper deeper(*this);
    if (failed_) return;
    const std::string_view basic = basic_type(peek());
    if (!basic.empty()) {
      ++at_;
      put(basic);
      return;
    }
    switch (next()) {
      case 'A':
        put("[");
        type();
        put("; ");
        constant();
        put("]");
        break;
      case 'S':
        put("[");
        type();
        put("]");
        break;
      case 'T':
        put("(");
        if (list([this] { type(); }) == 1) put(",");
        put(")");
        break;
      case 'R':
      case 'Q':
        reference(text_[at_ - 1] == 'Q');
        break;
      case 'P':
        put("*const ");
        type();
        break;
      case 'O':
        put("*mut ");
        type();
        break;
      case 'F':
        function_signature();
        break;
      case 'D':
        dyn_bounds();
        break;
      case 'B':
        back_reference([this] { type(); });
        break;
      default:
        --at_;
        path(true);
    }
  }
  void reference(bool is_mutable) {
    put("&");
    if (take('L')) base62();
    if (is_mutable) put("mut ");
    type();
  }
  void function_signature() {
    optional_base62('G');  // "for<'a>"
    if (take('U')) put("unsafe ");
    if (take('K')) {
      put("extern \"");
      put(take('C') ? std::string_view("C") : identifier().name);
      put("\" ");
    }
    put("fn(");
    list([this] { type(); });
    put(")");
    if (take('u')) return;
    put(" -> ");
    type();
  }
  void dyn_bounds() {
    optional_base62('G');
    put("dyn ");
    for (bool first = true; !failed_ && !take('E'); first = false) {
      if (!first) put(" + ");
      bool open = path(true, true);
      while (take('p')) {
        put(open ? ", " : "<");
        open = true;
        put(identifier().name);
        put(" = ");
        type();
      }
      if (open) put(">");
    }
    failed_ = failed_ || !take('L');
    if (!failed_) base62();
  }
  void constant() {
    const Deeper deeper(*this);
    if (failed_) return;
    if (take('p')) return put("_");
    if (take('B')) return back_reference([this] { constant(); });
    const char kind = next();
    if (basic_type(kind).empty()) failed_ = true;
    const bool negative = take('n');
    const std::size_t start = at_;
    while (!failed_ && peek() != '_') {
      const char c = next();
      if ((c < '0' || c > '9') && (c < 'a' || c > 'f')) failed_ = true;
    }
    const std::string_view digits = failed_ ? std::string_view() : text_.substr(start, at_ - start);
    take('_');
    if (kind == 'b') return put(digits == "1" ? "true" : "false");
    if (negative) put("-");
    if (digits.size() > 16) {
      put("0x");
      return put(digits);
    }
    put(std::to_string(std::strtoull(std::string(digits).c_str(), nullptr, 16)));
  }

  std::string_view text_;  // behind "_R"; back references count from here
  std::size_t at_ = 0;
  int depth_ = 0;
  bool failed_ = false;
  bool quiet_ = false;
  std::string out_;
};

struct Free {  // __cxa_demangle allocates with malloc
  // NOLINTNEXTLINE(cppcoreguidelines-no-malloc,cppcoreguidelines-owning-memory)
  void operator()(char* text) const { std::free(text); }
};

std::string cpp_name(const std::string& name) {
  int status = 0;
  const std::unique_ptr<char, Free> text(abi::__cxa_demangle(name.c_str(), nullptr, nullptr, &status));
  return status == 0 && text != nullptr ? text.get() : std::string();
}

}  // namespace

std::string demangled(std::string_view name) {
  const std::string_view start = name.substr(0, 2);
  if (name.size() < 4 || name.size() > kLongestName || (start != "_R" && start != "_Z"))
    return std::string(name);
  const std::size_t dot = name.find('.');
  const std::string_view mangled = name.substr(0, dot);
  std::string result = start == "_R" ? RustName(mangled.substr(2)).print() : cpp_name(std::string(mangled));
  if (result.empty()) return std::string(name);
  if (dot != std::string_view::npos) result.append(" (").append(name.substr(dot)).append(")");
  return result;
}

}  // namespace symbolize
