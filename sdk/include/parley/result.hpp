// How a handler ends: with a value, or with an error that says whose fault it was.
//
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>

#include "parley/abi/plugin.h"

namespace parley::sdk {

/// One failure. `code` is a stable word for programs ("emoji_unknown"), `sentence` is for people; only with
/// PARLEY_FAILED it is for the operator's log instead of the caller. since 1.0
class error {
public:
    error(parley_status status, std::string code, std::string sentence, std::string field = {})
        : status(status), code(std::move(code)), sentence(std::move(sentence)), field(std::move(field)) {}

    parley_status status;
    std::string code;
    std::string sentence;
    std::string field;  ///< of the input, for PARLEY_INVALID
};

/// The input breaks a rule; `field` names the member that does.
[[nodiscard]] inline error invalid(std::string field, std::string code, std::string sentence) {
    return {PARLEY_INVALID, std::move(code), std::move(sentence), std::move(field)};
}
/// The caller may see the thing but not do this.
[[nodiscard]] inline error forbidden(std::string code, std::string sentence) {
    return {PARLEY_FORBIDDEN, std::move(code), std::move(sentence)};
}
/// There is none, or it is not the caller's to know.
[[nodiscard]] inline error not_found(std::string code, std::string sentence) {
    return {PARLEY_NOT_FOUND, std::move(code), std::move(sentence)};
}
/// Not in the state it is in.
[[nodiscard]] inline error conflict(std::string code, std::string sentence) {
    return {PARLEY_CONFLICT, std::move(code), std::move(sentence)};
}
/// Over a limit.
[[nodiscard]] inline error too_large(std::string code, std::string sentence) {
    return {PARLEY_TOO_LARGE, std::move(code), std::move(sentence)};
}
/// Too often.
[[nodiscard]] inline error limited(std::string code, std::string sentence) {
    return {PARLEY_LIMITED, std::move(code), std::move(sentence)};
}
/// Not now; the same may work later.
[[nodiscard]] inline error unavailable(std::string code, std::string sentence) {
    return {PARLEY_UNAVAILABLE, std::move(code), std::move(sentence)};
}
/// A fault of this plugin. The sentence goes to the operator's log and to nobody else.
[[nodiscard]] inline error failed(std::string sentence) { return {PARLEY_FAILED, "failed", std::move(sentence)}; }

/// A value or an error, as std::expected<T, error> in C++23. since 1.0
template <class T>
class [[nodiscard]] result {
public:
    using value_type = T;

    template <class U = T>
        requires(std::is_convertible_v<U &&, T> && !std::is_same_v<std::remove_cvref_t<U>, result> &&
                 !std::is_same_v<std::remove_cvref_t<U>, sdk::error>)
    result(U&& value) : is_(std::in_place_index<0>, std::forward<U>(value)) {}
    result(sdk::error why) : is_(std::in_place_index<1>, std::move(why)) {}

    [[nodiscard]] bool has_value() const { return is_.index() == 0; }
    explicit operator bool() const { return has_value(); }
    [[nodiscard]] T& operator*() & { return std::get<0>(is_); }
    [[nodiscard]] const T& operator*() const& { return std::get<0>(is_); }
    [[nodiscard]] T&& operator*() && { return std::get<0>(std::move(is_)); }
    [[nodiscard]] T* operator->() { return &std::get<0>(is_); }
    [[nodiscard]] const T* operator->() const { return &std::get<0>(is_); }
    [[nodiscard]] const sdk::error& error() const { return std::get<1>(is_); }
    [[nodiscard]] sdk::error& error() { return std::get<1>(is_); }

private:
    std::variant<T, sdk::error> is_;
};

template <>
class [[nodiscard]] result<void> {
public:
    using value_type = void;

    result() = default;
    result(sdk::error why) : failure_(std::move(why)) {}

    [[nodiscard]] bool has_value() const { return !failure_.has_value(); }
    explicit operator bool() const { return has_value(); }
    void operator*() const {}
    [[nodiscard]] const sdk::error& error() const { return *failure_; }
    [[nodiscard]] sdk::error& error() { return *failure_; }

private:
    std::optional<sdk::error> failure_;
};

namespace detail {

template <class T>
inline constexpr bool is_result = false;
template <class T>
inline constexpr bool is_result<result<T>> = true;

}  // namespace detail

}  // namespace parley::sdk
