// What a function of this library returns when the work itself may be impossible (a file that cannot be read,
// an ELF that is none). A frame that finds no place is no failure: its answer carries a reason instead.
#pragma once

#include <string>
#include <utility>
#include <variant>

namespace symbolize {

// Why something could not be done, in words for the user.
struct Failure {
  std::string message;  // "not an ELF file"
  std::string file;     // the path it is about, as given
  std::string hint;     // what to try, or empty
};

// Either a value or the Failure that stood in its way. Asking for the one that is not there is a programming
// error.
template <typename T>
class [[nodiscard]] Result {
 public:
  // NOLINTNEXTLINE(google-explicit-constructor): so that a function can just return either
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  // NOLINTNEXTLINE(google-explicit-constructor)
  Result(Failure failure) : state_(std::in_place_index<1>, std::move(failure)) {}

  explicit operator bool() const { return state_.index() == 0; }
  T& value() & { return *std::get_if<0>(&state_); }
  const T& value() const& { return *std::get_if<0>(&state_); }
  T&& value() && { return std::move(*std::get_if<0>(&state_)); }
  const Failure& failure() const { return *std::get_if<1>(&state_); }

 private:
  std::variant<T, Failure> state_;
};

}  // namespace symbolize
