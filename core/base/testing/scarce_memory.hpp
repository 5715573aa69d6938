// Memory that runs out where a test wants it to.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/testing/sanitized.hpp"

namespace parley::testing {

/// False where a sanitizer has the allocator, and does not share it.
inline constexpr bool memory_can_end = !is_sanitized;

/// Whether memory is missing once, or from then on.
enum class want : std::uint8_t { once = 1, lasting };

/// From now on `new` finds memory on this thread so many times; then it throws std::bad_alloc. Only in a program that
/// has scarce_memory.cpp among its sources.
void memory_ends_after(std::size_t finds, want);

/// There is enough again. Answers whether any was missing.
bool memory_is_back();

}  // namespace parley::testing
