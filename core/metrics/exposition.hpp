// Text in the Prometheus exposition format, version 0.0.4, written family by family.
#pragma once

#include <concepts>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace parley::metrics {

/// Name and value; the value may be any UTF-8.
using label = std::pair<std::string_view, std::string_view>;
using labels = std::span<const label>;

enum class kind : std::uint8_t { counter = 1, gauge, histogram };

/// What the "Content-Type" of the text is.
inline constexpr std::string_view content_type = "text/plain; version=0.0.4; charset=utf-8";

/// Collects samples. Used from one thread. Names are ours, from the source: they are not checked.
class exposition {
public:
    /// Begins a family; its samples follow.
    void family(kind of, std::string_view name, std::string_view help);

    template <class Number>
        requires std::integral<Number> || std::floating_point<Number>
    void sample(Number value, labels with = {}) {
        if constexpr (std::signed_integral<Number>) add({}, with, std::int64_t{value});
        if constexpr (std::unsigned_integral<Number>) add({}, with, std::uint64_t{value});
        if constexpr (std::floating_point<Number>) add({}, with, static_cast<double>(value));
    }
    template <class Number>
    void sample(Number value, std::initializer_list<label> with) {
        sample(value, labels(with.begin(), with.size()));
    }

    /// A family of one sample.
    template <class Number>
    void single(kind of, std::string_view name, std::string_view help, Number value) {
        family(of, name, help);
        sample(value);
    }

    /// `bounds` grow; `counts` has one number more than them, of observations up to that bound and above the one
    /// before, and the last of those above all.
    void histogram(std::span<const double> bounds, std::span<const std::uint64_t> counts, double sum, labels with = {});

    [[nodiscard]] const std::string& text() const { return text_; }

private:
    void add(std::string_view suffix, labels with, std::int64_t value);
    void add(std::string_view suffix, labels with, std::uint64_t value);
    void add(std::string_view suffix, labels with, double value);
    void add_text(std::string_view suffix, labels with, std::string_view value);

    std::string name_;
    std::string text_;
};

}  // namespace parley::metrics
