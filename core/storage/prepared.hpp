// Statements that are sent to PostgreSQL without ODB: prepared once a connection, their values in binary form.
#pragma once

#include <concepts>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <type_traits>
#include <vector>

#include "storage/odb.hpp"

struct pg_result;

namespace parley::storage {

/// The values of one statement: $1, $2 and so on in the order in which they are added. Numbers are bigint, arrays are
/// bigint[] or text[].
class statement_values {
public:
    void add(std::int64_t value);
    void add_text(const std::string& value) { all_.push_back(value); }

    /// A column of `rows` as an array; `of` says the value in a row: a number, a text, or an odb::nullable of either.
    template <class Row, class Of>
    void add(const std::vector<Row>& rows, Of of) {
        using value = std::remove_cvref_t<std::invoke_result_t<Of, const Row&>>;
        auto& bytes = begin_array(rows.size(), is_text<value> ? element::text : element::number);
        for (const auto& row : rows) put(bytes, std::invoke(of, row));
    }

    [[nodiscard]] const std::vector<std::string>& all() const { return all_; }

private:
    enum class element : std::uint8_t { number = 1, text };

    template <class Value>
    static constexpr bool is_text = std::same_as<Value, std::string> || std::same_as<Value, odb::nullable<std::string>>;

    [[nodiscard]] std::string& begin_array(std::size_t size, element);
    static void put(std::string& to, std::int64_t value);
    static void put(std::string& to, const std::string& value);
    static void put_null(std::string& to);
    template <class Value>
    static void put(std::string& to, const odb::nullable<Value>& value) {
        value.null() ? put_null(to) : put(to, value.get());
    }

    std::vector<std::string> all_;
};

/// What PostgreSQL answered. Columns must be bigint or text, and not NULL.
class statement_answer {
public:
    [[nodiscard]] int rows() const;
    [[nodiscard]] std::int64_t number(int row, int column) const;
    [[nodiscard]] std::string text(int row, int column) const;
    /// How many rows it inserted or changed.
    [[nodiscard]] std::int64_t changed() const;

private:
    friend statement_answer run_prepared(const char*, const statement_values&);
    struct let_go {
        void operator()(pg_result*) const noexcept;
    };
    explicit statement_answer(pg_result* of) : of_(of) {}
    std::unique_ptr<pg_result, let_go> of_;
};

/// Runs a statement in this thread's transaction, which is one of PostgreSQL. `statement` lives as long as the program:
/// by its address it is known whether the connection has it prepared. Throws what ODB would throw.
statement_answer run_prepared(const char* statement, const statement_values&);

}  // namespace parley::storage
