// What a database's exception means for whoever has to decide what to do next.
#pragma once

#include <cstdint>
#include <exception>
#include <string_view>

#include "base/error.hpp"

namespace parley::storage {

enum class failure_kind : std::uint8_t {
    lost = 1,  ///< the connection or the database behind it is gone: a new connection may help
    moved,     ///< the database's files are not where they were: only an operator can help
    full,      ///< there is no room for anything new; what is there can be read
    busy,      ///< somebody else is in the way, or there is no memory: the same again may help
    rule,      ///< a constraint: the same again fails again
    other      ///< a mistake of ours
};

[[nodiscard]] failure_kind classify(const std::exception&);
[[nodiscard]] inline bool may_pass(failure_kind kind) {
    return kind == failure_kind::lost || kind == failure_kind::busy;
}

/// What the one who asked is told. The exception's own words go to the log only.
[[nodiscard]] error to_error(failure_kind);

}  // namespace parley::storage
