// All that a process measures, in the order in which it was registered.
#pragma once

#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "metrics/exposition.hpp"
#include "metrics/instruments.hpp"

namespace parley::metrics {

using owned_labels = std::vector<std::pair<std::string, std::string>>;

/// Instruments are made once, kept where they are, and used without the registry. Safe to use from any thread.
class registry {
public:
    /// The instrument of that name and these labels, made if it is not there; lives as long as the registry.
    /// One name has one kind and one set of label names; a second kind throws std::logic_error.
    [[nodiscard]] counter& add_counter(std::string_view name, std::string_view help, owned_labels with = {});
    [[nodiscard]] gauge& add_gauge(std::string_view name, std::string_view help, owned_labels with = {});
    /// `bounds` count when the instrument is made.
    [[nodiscard]] histogram& add_histogram(std::string_view name, std::string_view help, std::vector<double> bounds,
                                           owned_labels with = {});

    /// Something counted elsewhere, read whenever the metrics are: `write` adds families of its own. Called on the
    /// thread that asks for the text; must not call the registry.
    void collect(std::function<void(exposition&)> write);

    /// Everything as Prometheus reads it.
    [[nodiscard]] std::string text() const;

private:
    template <class Instrument>
    struct entry {
        template <class... From>
        explicit entry(owned_labels under, From&&... from)
            : with(std::move(under)), made(std::forward<From>(from)...) {}
        owned_labels with;
        Instrument made;
    };
    struct group {
        kind of;
        std::string name;
        std::string help;
        std::deque<entry<counter>> counters;
        std::deque<entry<gauge>> gauges;
        std::deque<entry<histogram>> histograms;
    };
    [[nodiscard]] group& group_of(kind of, std::string_view name, std::string_view help);
    static void write(exposition& to, const group& from);

    mutable std::mutex guard_;
    std::deque<group> groups_;
    std::vector<std::function<void(exposition&)>> collectors_;
};

}  // namespace parley::metrics
