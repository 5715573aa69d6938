// Whether this program is watched by a sanitizer that brings an allocator of its own.
#pragma once

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define PARLEY_TEST_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define PARLEY_TEST_SANITIZED 1
#endif
#endif
#ifndef PARLEY_TEST_SANITIZED
#define PARLEY_TEST_SANITIZED 0
#endif

namespace parley::testing {

inline constexpr bool is_sanitized = PARLEY_TEST_SANITIZED == 1;

}  // namespace parley::testing
