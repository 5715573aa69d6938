// Whether this program is watched by a sanitizer that brings an allocator of its own.
#pragma once

#if defined(__has_feature)
#define PARLEY_TEST_HAS(what) __has_feature(what)
#else
#define PARLEY_TEST_HAS(what) 0
#endif

namespace parley::testing {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || PARLEY_TEST_HAS(address_sanitizer) || \
    PARLEY_TEST_HAS(thread_sanitizer)
inline constexpr bool is_sanitized = true;
#else
inline constexpr bool is_sanitized = false;
#endif

}  // namespace parley::testing

#undef PARLEY_TEST_HAS
