// One thing a client can ask for: its name, its path, what it takes, what it answers. HTTP, WebSocket and the API
// documents are all made from this.
#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/id.hpp"
#include "base/json.hpp"
#include "kernel/audit.hpp"
#include "kernel/environment.hpp"
#include "kernel/judged_message.hpp"
#include "kernel/offered_command.hpp"
#include "kernel/sign_in_brake.hpp"
#include "transport/http_message.hpp"

namespace parley::transport {

class issuer_keys;
class back_office;
class live;
class operation_catalogue;
class oidc_client;

/// Where HTTP carries a field; over the WebSocket all of them are members of `data`.
enum class place : std::uint8_t { path = 1, query, body, header };

enum class field_type : std::uint8_t { text = 1, id, ids, integer, boolean, object, moment, choice };

/// One member of an operation's input. Everything that is not listed is reported back as ignored.
struct field {
    std::string_view name;
    field_type type = field_type::text;
    place in = place::body;
    enum class presence : std::uint8_t { optional = 1, required } needed = presence::optional;
    std::string_view sentence;
    /// text: most bytes, 0 when the kernel alone limits it; ids: most entries; integer: smallest and largest value.
    std::int64_t least = 0;
    std::int64_t most = 0;
    std::vector<std::string_view> choices;
    std::string_view header{};  ///< the name that it has there, for what is in a header
    bool is_secret = false;     ///< of a path: in no log
};

/// Input that fits its fields. Asking for a name that is not among them is a programming error.
class input {
public:
    explicit input(boost::json::object checked) : values_(std::move(checked)) {}

    [[nodiscard]] bool has(std::string_view name) const { return values_.contains(name); }
    [[nodiscard]] const boost::json::object& values() const { return values_; }
    /// Empty when absent.
    [[nodiscard]] std::string text(std::string_view name) const;
    [[nodiscard]] std::optional<std::string> optional_text(std::string_view name) const;
    [[nodiscard]] std::int64_t integer(std::string_view name, std::int64_t otherwise) const;
    [[nodiscard]] std::optional<bool> boolean(std::string_view name) const;
    [[nodiscard]] std::optional<boost::json::object> object(std::string_view name) const;
    [[nodiscard]] std::optional<parley::moment> moment(std::string_view name) const;
    /// None when absent.
    template <class Id>
    [[nodiscard]] Id id(std::string_view name) const {
        return has(name) ? Id::parse(values_.at(name).as_string()).value_or(Id{}) : Id{};
    }
    template <class Id>
    [[nodiscard]] std::vector<Id> ids(std::string_view name) const {
        std::vector<Id> all;
        if (has(name))
            for (const auto& one : values_.at(name).as_array())
                all.push_back(Id::parse(one.as_string()).value_or(Id{}));
        return all;
    }

private:
    boost::json::object values_;
};

/// What an operation gives back.
struct answer {
    int status = 200;
    boost::json::object body;
    std::vector<http_header> headers{};  ///< for HTTP alone
    /// Makes the body instead, outside the transaction and, over a WebSocket, on the connection's own thread.
    std::move_only_function<boost::json::object()> body_later{};
    /// Makes the same as text, where that is quicker and nobody looks into it.
    std::move_only_function<std::string()> text_later{};

    [[nodiscard]] boost::json::object take_body() { return body_later ? body_later() : std::move(body); }
    [[nodiscard]] std::string take_text() { return text_later ? text_later() : to_text(take_body()); }
};
using answered = std::move_only_function<void(result<answer>)>;

/// Everything an operation works with. Lives as long as the server.
struct services {
    const kernel::environment& env;
    kernel::store& store;
    live& room;
    /// Runs slow hashing off the I/O and database threads; refuses with `unavailable` over its bound.
    std::function<void(std::move_only_function<void(bool refused)>)> hash_later;
    kernel::sign_in_brake& brake;
    kernel::audit_pace& pace;
    issuer_keys& keys;
    oidc_client& providers;
    kernel::judges& judges;
    kernel::judged_messages& messages;
    const operation_catalogue& catalogue;
    back_office* office = nullptr;  ///< null: nobody can tell
};

/// One call of an operation.
struct call {
    services& with;
    kernel::caller by;  ///< without a user for operations that need none; the tenant may be none too
    token_id session;   ///< the token it came with
    input in;
    answered reply;                                 ///< exactly once, from any thread
    std::shared_ptr<const http_request> request{};  ///< without its body; of operations over HTTP alone
};

/// What carries an operation: what is meant for browsers is no command.
enum class wires : std::uint8_t { both = 1, http_alone };

/// Whether somebody must be signed in.
enum class access_level : std::uint8_t { anybody = 1, signed_in };

struct operation {
    std::string_view name;    ///< "message.send": the WebSocket command and the document's operationId
    std::string_view method;  ///< "POST"
    std::string_view path;    ///< "/api/v1/conversations/{conversation}/messages"
    std::string_view group;   ///< the documents' tag: "messages"
    std::string_view sentence;
    access_level access = access_level::signed_in;
    int success = 200;
    int existing = 0;  ///< the status when nothing had to be made because it was there; 0 when that cannot be
    std::vector<field> fields;
    std::string_view answers;       ///< name of the answer's schema in the documents; empty for an empty object
    std::vector<int> problems;      ///< statuses besides 400, 401, 404, 413, 429, 503 that it can answer
    std::function<void(call)> run;  ///< through run_operation() only
    std::optional<route_class> counted_as{};  ///< what its limit is; nothing: as class_of() says
    wires over = wires::both;
    bool waits = false;            ///< for something to happen: open for long, and counted with its user's WebSockets
    std::string_view judged_as{};  ///< the change that judges are asked about before it runs; empty: none
    /// What judges are shown of it; null: its input.
    boost::json::object (*judged_input)(const call&) = nullptr;
    /// A plugin's own; all but JSON are transfers (transfer.hpp), over HTTP alone.
    kernel::carried carries = kernel::carried::json;
    std::filesystem::path files{};   ///< of transfers: the folder that bodies go to and files come from
    std::filesystem::path assets{};  ///< of transfers: what the plugin brings along
    std::map<std::string, std::filesystem::path, std::less<>> lent{};  ///< of transfers: others' folders, by plugin
    /// Whether it is there in this tenant; where it is not, it is like one that never was. Empty: everywhere.
    std::function<bool(std::string_view tenant_name)> is_there{};
};

/// Whether an answer of this status is a place to go on to, and no body.
[[nodiscard]] inline bool sends_elsewhere(int status) { return status >= 300 && status < 400; }

/// Whether the plugin that offers it takes a body as it comes.
[[nodiscard]] inline bool takes_stream(const operation& of) {
    return of.carries == kernel::carried::takes_bytes || of.carries == kernel::carried::takes_parts;
}

/// As what an operation is counted; where its table does not say: GET as read, what needs nobody signed in as sign_in,
/// all others as write.
[[nodiscard]] route_class class_of(const operation&);

/// The kernel's own operations, made anew; what is asked for is found in an operation_catalogue.
[[nodiscard]] std::vector<operation> kernel_operations();
/// Whether the operation is there for this tenant.
[[nodiscard]] inline bool is_there(const operation& of, std::string_view tenant_name) {
    return !of.is_there || of.is_there(tenant_name);
}
/// Null when the operation takes no such field.
[[nodiscard]] const field* find_field(const operation&, std::string_view name);

/// What a path segment or a query parameter, percent-decoded, means as a value of its field: there everything is text,
/// so integers, booleans and lists (separated by commas) are read here, strictly. Errors as of check_input.
[[nodiscard]] result<boost::json::value> from_query_text(const field&, std::string_view text);

/// Checks `given` against the fields: types, ranges, required ones. `ignored` gets the members that are not fields.
/// Errors name the field: field_missing, field_type, field_range, field_choice, id_invalid, text_invalid,
/// text_too_long.
[[nodiscard]] result<input> check_input(const operation&, boost::json::object given, std::vector<std::string>& ignored);

/// Runs a use case that reads, on the store's threads, and replies with what it makes. `Work` is called with the
/// environment, a kernel::reading, the caller and the input, and gives a result<answer>.
template <class Work>
void reply_with_read(call it, Work work) {
    struct state {
        call it;
        Work work;
        void operator()(kernel::reading& from) { it.reply(work(it.with.env, from, it.by, it.in)); }
    };
    auto& store = it.with.store;
    const auto tenant = it.by.tenant;
    auto shared = std::make_shared<state>(state{std::move(it), std::move(work)});
    store.read({.tenant = tenant,
                .run = [shared](kernel::reading& from) { (*shared)(from); },
                .failed = [shared](error why) { shared->it.reply(std::unexpected(std::move(why))); }});
}

/// Runs a use case that writes, in the group commit, and replies after the commit. `author` and `key` as in write_job.
/// `Work` as above, with a kernel::writing.
template <class Work>
void reply_with_write(call it, Work work, user_id author = {}, std::string key = {}) {
    struct state {
        call it;
        Work work;
        result<answer> made;
    };
    auto& store = it.with.store;
    const auto tenant = it.by.tenant;
    auto shared = std::make_shared<state>(state{std::move(it), std::move(work), answer{}});
    store.write({.tenant = tenant,
                 .author = author,
                 .client_key = std::move(key),
                 .apply =
                     [shared](kernel::writing& w) {
                         shared->made = shared->work(shared->it.with.env, w, shared->it.by, shared->it.in);
                         return shared->made.has_value();
                     },
                 .finish =
                     [shared](std::optional<error> why) {
                         if (why) shared->made = std::unexpected(std::move(*why));
                         shared->it.reply(std::move(shared->made));
                     }});
}

}  // namespace parley::transport
