// What attachments and the plugins that look after files say to each other: states, gates, services and events.
//
// Services of attachments, for plugins that need it:
// - attachments.file/1: {file} -> file_facts; not_found.
// - attachments.files/1: files_wanted -> files_page, by id.
// - attachments.may_see/1: {file}, as the caller -> file_facts; not_found unless the caller may have its content.
// - attachments.fetch/1: {file} -> fetched_file. Has its content on the disk for a while, wherever it is kept; for
//   plugins that read it, whatever its state. Not found when there is none. May take as long as bringing it takes.
// - attachments.verdict/1: file_said -> file_now. What a gate that said "wait" decided, or that a file which is long
//   ready is not clean after all.
// - attachments.recheck/1: {file, gate} -> file_now. Not served until that gate has passed it (again).
//
// What a gate offers: <id>.file_check/1, file_to_check -> file_verdict. An error, silence and whatever else is no
// verdict leave the file where it is, and the gate is asked again later.
//
// What a plugin offers that takes out of files what nobody else should have: <id>.file_clean/1, file_to_check ->
// file_cleaned. Asked like a gate ("clean:<id>") before all of them; what it changed is checked by all others (again).
//
// Events: file.changed (file_changed, to the uploader), file.shown (file_shown, to the conversation: it stands in its
// list from now on), file.removed (file_removed, to whoever could see it).
#pragma once

#include <parley/json.hpp>
#include <string>
#include <vector>

namespace attachments {

namespace sdk = parley::sdk;

/// Where a file stands. Only what is ready is served to anybody.
enum class file_state : std::uint8_t {
    uploading = 1,  ///< its bytes are being put where they belong
    checking,       ///< a gate is asked
    waiting,        ///< a gate decides later
    ready,          ///< every gate has passed it
    rejected,       ///< with a reason; not for ever, but until somebody has it checked again
    quarantined,    ///< infected
    kept            ///< its message was deleted; not served to anybody, and gone when the message is purged
};
BOOST_DESCRIBE_ENUM(file_state, uploading, checking, waiting, ready, rejected, quarantined, kept)

/// By content, never by name.
enum class file_category : std::uint8_t { image = 1, document, video, audio, other };
BOOST_DESCRIBE_ENUM(file_category, image, document, video, audio, other)

/// What plugins know of a file. Clients are shown less: the uploader may have spoken as a persona.
struct file_facts {
    sdk::id file;
    sdk::id conversation;
    std::string model;  ///< empty: outside of any
    sdk::id uploader;
    std::optional<sdk::id> message;  ///< none: not sent yet
    bool published = false;          ///< the message is everybody's
    std::string path;                ///< in attachments' files folder; empty: elsewhere, attachments.fetch/1 brings it
    std::string name;                ///< cleaned, for show only
    std::string type;                ///< "image/png", by content
    file_category category = file_category::other;
    std::int64_t bytes = 0;
    std::string sha256;  ///< empty until it was read through
    file_state state = file_state::uploading;
    std::string reason;
    std::optional<sdk::id> version_of;  ///< the first version's id
    std::int64_t version = 1;
    std::int64_t created_at = 0;  ///< milliseconds since 1970
};
BOOST_DESCRIBE_STRUCT(file_facts, (),
                      (file, conversation, model, uploader, message, published, path, name, type, category, bytes,
                       sha256, state, reason, version_of, version, created_at))

struct one_file {
    sdk::id file;
};
BOOST_DESCRIBE_STRUCT(one_file, (), (file))

struct fetched_file {
    sdk::id file;
    std::string path;  ///< in attachments' files folder
    std::int64_t bytes = 0;
};
BOOST_DESCRIBE_STRUCT(fetched_file, (), (file, path, bytes))

struct files_wanted {
    std::optional<sdk::id> after;
    std::optional<sdk::whole<1, 500>> limit;  ///< 100 when it is not said
    std::optional<file_state> state;
    std::optional<sdk::id> conversation;  ///< only what everybody there can have: sent, published, ready
    std::optional<sdk::ids<500>> files;   ///< only these
};
BOOST_DESCRIBE_STRUCT(files_wanted, (), (after, limit, state, conversation, files))

struct files_page {
    std::vector<file_facts> files;
    bool more = false;
};
BOOST_DESCRIBE_STRUCT(files_page, (), (files, more))

/// What a gate is asked.
struct file_to_check {
    sdk::id file;
    std::string path;  ///< in attachments' files folder
    std::string name;
    std::string type;
    file_category category = file_category::other;
    std::int64_t bytes = 0;
    sdk::id tenant;
    sdk::id conversation;
    std::string model;
    sdk::id uploader;
};
BOOST_DESCRIBE_STRUCT(file_to_check, (),
                      (file, path, name, type, category, bytes, tenant, conversation, model, uploader))

enum class file_says : std::uint8_t { pass = 1, reject, wait, quarantine };
BOOST_DESCRIBE_ENUM(file_says, pass, reject, wait, quarantine)

struct file_verdict {
    file_says verdict = file_says::wait;
    std::optional<std::string> reason;  ///< the uploader reads it
    std::optional<sdk::json::object> details;
};
BOOST_DESCRIBE_STRUCT(file_verdict, (), (verdict, reason, details))

/// At `at` of the file as it is, `drop` bytes go; `put` comes in their place, and then so many zeros.
struct file_edit {
    std::int64_t at = 0;
    std::int64_t drop = 0;
    std::string put;  ///< bytes in hexadecimal
    std::int64_t zeros = 0;

    bool operator==(const file_edit&) const = default;
};
BOOST_DESCRIBE_STRUCT(file_edit, (), (at, drop, put, zeros))

struct file_cleaned {
    std::vector<file_edit> edits;  ///< from its beginning to its end; none: nothing is to be taken out of it
};
BOOST_DESCRIBE_STRUCT(file_cleaned, (), (edits))

struct file_said {
    sdk::id file;
    std::string gate;  ///< the id of the plugin that says so
    file_says verdict = file_says::wait;
    std::optional<std::string> reason;
};
BOOST_DESCRIBE_STRUCT(file_said, (), (file, gate, verdict, reason))

struct file_recheck {
    sdk::id file;
    std::string gate;
};
BOOST_DESCRIBE_STRUCT(file_recheck, (), (file, gate))

struct file_now {
    sdk::id file;
    file_state state = file_state::checking;
};
BOOST_DESCRIBE_STRUCT(file_now, (), (file, state))

struct file_changed {
    sdk::id file;
    file_state state = file_state::checking;
    std::string reason;
    std::optional<sdk::id> message;
};
BOOST_DESCRIBE_STRUCT(file_changed, (), (file, state, reason, message))

struct file_shown {
    sdk::id file;
    sdk::id message;
};
BOOST_DESCRIBE_STRUCT(file_shown, (), (file, message))

struct file_removed {
    sdk::id file;
    std::optional<sdk::id> message;  ///< that it was sent with
};
BOOST_DESCRIBE_STRUCT(file_removed, (), (file, message))

}  // namespace attachments
