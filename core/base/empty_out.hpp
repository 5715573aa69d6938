// Freeing what an object holds.
#pragma once

#include <utility>

namespace parley {

/// Leaves `what` as if it were new, and its memory to others. Nothing that is assigned does that for sure: a vector
/// keeps its room when an empty list is assigned, a string when an empty one is moved to it.
template <class Type>
void empty_out(Type& what) {
    const Type gone = std::exchange(what, Type());
}

}  // namespace parley
