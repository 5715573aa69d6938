// How much one page may carry, whatever number of entries was asked for.
#pragma once

#include <boost/json/serialize.hpp>

#include "model/message.hpp"

namespace parley::kernel {

// A message is some ten times as long when it is shown as when it was written, so a page is bounded by words, too.
inline constexpr std::size_t page_bytes = 512 * 1024;

[[nodiscard]] inline std::size_t bytes_of(const message& what) {
    return what.text.size() + (what.data.empty() ? 0 : boost::json::serialize(what.data).size());
}

}  // namespace parley::kernel
