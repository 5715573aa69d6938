// What becomes of a file when a gate has spoken. Nothing here waits or writes.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "attachments/contract.hpp"
#include "entities.hpp"

namespace attachments {

/// The service that gates offer.
inline constexpr std::string_view gate_service = "file_check/1";

/// The service of what takes things out of files, and how it is called among the gates.
inline constexpr std::string_view cleaner_service = "file_clean/1";
inline constexpr std::string_view cleaner_mark = "clean:";

/// In the order in which they are asked: cleaners first, then the scanner, people last, separated by spaces.
[[nodiscard]] std::string in_order(std::vector<std::string> gates);

/// Who is to be asked next; empty: nobody.
[[nodiscard]] std::string next_gate(const file_row&);

[[nodiscard]] file_state state_of(const file_row&);
void set_state(file_row&, file_state);
[[nodiscard]] file_category category_of(const file_row&);
[[nodiscard]] std::string_view name_of(file_state);
[[nodiscard]] std::string_view name_of(file_category);

/// Whether there is nothing to wait for any more.
[[nodiscard]] bool is_final(file_state);

/// What a gate says about a file that has come whole: false when that changes nothing. `now`: milliseconds since 1970.
bool hear_gate(file_row&, const file_said&, std::int64_t now);

/// The gate's word is wanted (again); until then nobody is served.
void ask_again(file_row&, const std::string& gate, std::int64_t now);

/// The file is another one now than what gates have passed: all but cleaners are asked again.
void forget_passed(file_row&);

/// The gate did not answer: when it is asked again.
void put_off(file_row&, std::int64_t now);

}  // namespace attachments
