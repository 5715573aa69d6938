// All that a process measures: found by name and labels, written family by family.
#include "metrics/registry.hpp"

#include <algorithm>
#include <stdexcept>

namespace parley::metrics {
namespace {

template <class Entries, class... Made>
auto& find_or_make(Entries& entries, owned_labels with, Made&&... from) {
    const auto found = std::ranges::find_if(entries, [&](const auto& one) { return one.with == with; });
    if (found != entries.end()) return found->made;
    entries.emplace_back(std::move(with), std::forward<Made>(from)...);
    return entries.back().made;
}

std::vector<label> view_of(const owned_labels& with) { return {with.begin(), with.end()}; }

}  // namespace

counter& registry::add_counter(std::string_view name, std::string_view help, owned_labels with) {
    const std::lock_guard lock(guard_);
    return find_or_make(group_of(kind::counter, name, help).counters, std::move(with));
}

gauge& registry::add_gauge(std::string_view name, std::string_view help, owned_labels with) {
    const std::lock_guard lock(guard_);
    return find_or_make(group_of(kind::gauge, name, help).gauges, std::move(with));
}

histogram& registry::add_histogram(std::string_view name, std::string_view help, std::vector<double> bounds,
                                   owned_labels with) {
    const std::lock_guard lock(guard_);
    return find_or_make(group_of(kind::histogram, name, help).histograms, std::move(with), std::move(bounds));
}

void registry::collect(std::function<void(exposition&)> write) {
    const std::lock_guard lock(guard_);
    collectors_.push_back(std::move(write));
}

std::string registry::text() const {
    const std::lock_guard lock(guard_);
    exposition made;
    for (const auto& one : groups_) write(made, one);
    for (const auto& one : collectors_) one(made);
    return made.text();
}

registry::group& registry::group_of(kind of, std::string_view name, std::string_view help) {
    const auto found = std::ranges::find(groups_, name, &group::name);
    if (found == groups_.end())
        return groups_.emplace_back(group{of, std::string(name), std::string(help), {}, {}, {}});
    if (found->of != of) throw std::logic_error("one metric cannot be of two kinds: " + found->name);
    return *found;
}

void registry::write(exposition& to, const group& from) {
    to.family(from.of, from.name, from.help);
    for (const auto& one : from.counters) to.sample(one.made.get(), view_of(one.with));
    for (const auto& one : from.gauges) to.sample(one.made.get(), view_of(one.with));
    for (const auto& one : from.histograms)
        to.histogram(one.made.bounds(), one.made.counts(), one.made.sum(), view_of(one.with));
}

}  // namespace parley::metrics
