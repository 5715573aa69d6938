// Turns a query's rows into values.
#pragma once

#include <iterator>
#include <optional>
#include <span>
#include <vector>

#include "storage/entities-odb.hpp"
#include "storage/entities_views-odb.hpp"
#include "storage/mapping.hpp"

namespace parley::storage {

/// Most values in one IN list: both databases limit how many parameters a statement has.
inline constexpr std::size_t most_listed = 500;

// Numbers stand in the SQL as they are: ODB binds a parameter only to a column, and a number cannot be misread.
[[nodiscard]] inline std::string most(int limit) { return "LIMIT " + std::to_string(limit); }

template <class Row, class Visit>
void each(odb::database& db, const odb::query_base& asked, Visit visit) {
    auto found = db.query<Row>(asked);
    Row row;
    for (auto i = found.begin(); i != found.end(); ++i) {
        i.load(row);
        visit(row);
    }
}

/// Views are made by their result, not loaded into.
template <class View, class Visit>
void each_view(odb::database& db, const odb::query_base& asked, Visit visit) {
    auto found = db.query<View>(asked);
    for (auto i = found.begin(); i != found.end(); ++i) visit(*i);
}

template <class Row>
[[nodiscard]] auto load_all(odb::database& db, const odb::query_base& asked) {
    std::vector<decltype(to_value(std::declval<const Row&>()))> all;
    each<Row>(db, asked, [&](const Row& row) { all.push_back(to_value(row)); });
    return all;
}

template <class Row>
[[nodiscard]] auto load_one(odb::database& db, const odb::query_base& asked) {
    auto all = load_all<Row>(db, asked);
    return all.empty() ? std::nullopt : std::make_optional(std::move(all.front()));
}

/// The numbers of a slice of identifiers, for in_range().
template <class Id>
[[nodiscard]] std::vector<bigint> numbers(std::span<const Id> of) {
    std::vector<bigint> all;
    all.reserve(of.size());
    for (const auto one : of) all.push_back(one.value);
    return all;
}

template <class Value, class Use>
void in_slices(std::span<const Value> all, Use use) {
    for (; !all.empty(); all = all.subspan(std::min(all.size(), most_listed)))
        use(all.first(std::min(all.size(), most_listed)));
}

}  // namespace parley::storage
