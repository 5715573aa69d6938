// The tables, as classes that the ODB compiler reads as C++14; mapping.hpp turns rows into the model's values and back.
#pragma once

#include "storage/odb.hpp"

namespace parley {
namespace storage {

// Times are microseconds since 1970 in UTC, enumerations their numbers, JSON its text. A reference to nothing is NULL,
// so that indexes leave it out. What never changes after the insert is `readonly`, and so not part of an UPDATE.
using bigint = std::int64_t;
using maybe_bigint = odb::nullable<std::int64_t>;
using maybe_text = odb::nullable<std::string>;

#pragma db object table("tenant") pointer(std::shared_ptr)
struct tenant_row {
#pragma db id
    bigint id = 0;
#pragma db readonly unique
    std::string name;
    bigint position = 0;    ///< of the newest event
    bigint log_begin = 0;   ///< the log holds what comes after this position
    bigint generation = 0;  ///< grows with each commit that wrote anything: what a cache is checked against
#pragma db readonly
    bigint created_at = 0;
};

#pragma db object table("account") pointer(std::shared_ptr)
struct account_row {
#pragma db id
    bigint id = 0;
#pragma db readonly
    bigint tenant = 0;
    std::string username;
    std::string display_name;
    std::string folded_name;  ///< the display name for searching, see fold()
    std::string role;
    std::string password_hash;
    std::string status_text;
    maybe_bigint status_expires_at;
#pragma db readonly
    bigint created_at = 0;
    bigint updated_at = 0;
    maybe_bigint disabled_at;
    short kind = 0;
    maybe_text external_id;
    maybe_bigint expires_at;
};

#pragma db object table("access_token") pointer(std::shared_ptr)
struct access_token_row {
#pragma db id
    bigint id = 0;
#pragma db readonly
    bigint tenant = 0;
#pragma db readonly
    bigint account = 0;
    std::string name;
    std::string digest;
#pragma db readonly
    bigint created_at = 0;
    bigint expires_at = 0;
    maybe_bigint revoked_at;
#pragma db readonly
    short kind = 0;
    short stage = 0;
#pragma db readonly
    maybe_text scope;  ///< NULL: all that the role gives; empty: nothing of it
    std::string user_agent;
    std::string address;
    bigint ends_at = 0;
    maybe_bigint used_at;
#pragma db readonly
    maybe_text family;
    maybe_text refresh_digest;
};

#pragma db object table("one_time_link") pointer(std::shared_ptr)
struct one_time_link_row {
#pragma db id
    std::string digest;
#pragma db readonly
    bigint tenant = 0;
#pragma db readonly
    bigint account = 0;
#pragma db readonly
    short purpose = 0;
#pragma db readonly
    bigint created_at = 0;
    bigint expires_at = 0;
    maybe_bigint used_at;
};

// Made and erased, never changed.
#pragma db object table("started_sign_in") pointer(std::shared_ptr) readonly
struct started_sign_in_row {
#pragma db id
    std::string digest;
    bigint tenant = 0;
    std::string provider;
    std::string browser;
    std::string nonce;
    std::string verifier;
    std::string redirect_uri;
    std::string return_to;
    bigint created_at = 0;
    bigint expires_at = 0;
};

#pragma db object table("second_factor") pointer(std::shared_ptr)
struct second_factor_row {
#pragma db id
    bigint account = 0;
#pragma db readonly
    bigint tenant = 0;
    std::string secret;
    bigint created_at = 0;
    maybe_bigint confirmed_at;
    bigint last_step = 0;
    std::string recovery;  ///< digests with a space between
};

#pragma db object table("conversation") pointer(std::shared_ptr)
struct conversation_row {
#pragma db id
    bigint id = 0;
#pragma db readonly
    bigint tenant = 0;
#pragma db readonly
    std::string kind;
    std::string model;
    std::string team;
    std::string name;
    std::string folded_name;  ///< the name for searching and sorting, see fold()
    std::string description;
    std::string topic;
    short who_finds = 0;
    bigint creator = 0;
    maybe_text direct_key;
    bigint last_sequence = 0;
    bigint member_count = 0;
#pragma db readonly
    bigint created_at = 0;
    bigint updated_at = 0;
    maybe_bigint last_message_at;
    maybe_bigint archived_at;
    maybe_bigint deleted_at;
};

#pragma db value
struct member_key {
    bigint conversation = 0;
    bigint account = 0;
};

#pragma db object table("member") pointer(std::shared_ptr)
struct member_row {
#pragma db id column("")
    member_key key;
#pragma db readonly
    bigint tenant = 0;
    short role = 0;
    bigint joined_at = 0;
    bigint joined_position = 0;
    bigint last_read = 0;
    short notify = 0;
    maybe_bigint pinned_at;
    maybe_text granted_role;
};

#pragma db object table("conversation_ban") pointer(std::shared_ptr)
struct conversation_ban_row {
#pragma db id column("")
    member_key key;
#pragma db readonly
    bigint tenant = 0;
    maybe_bigint banned_by;
    std::string reason;
    bigint created_at = 0;
    maybe_bigint ends_at;
};

#pragma db object table("message") pointer(std::shared_ptr)
struct message_row {
#pragma db id
    bigint id = 0;
#pragma db readonly
    bigint tenant = 0;
#pragma db readonly
    bigint conversation = 0;
    maybe_bigint seq;  ///< NULL until published
#pragma db readonly
    bigint author = 0;
    short shown_from = 0;
    bigint shown_id = 0;
    std::string shown_name;
    std::string shown_avatar;
    std::string type;
    std::string text;
    std::string data;
    maybe_bigint reply_to;
    maybe_bigint thread_root;
    bigint thread_replies = 0;
    maybe_bigint thread_last_reply_at;
    std::string thread_participants;  ///< JSON array of [from, id, name, avatar], empty for none
    short state = 0;
    std::string state_reason;
    std::string holds;  ///< JSON array of [holder, reason, lifted_by], empty for none
#pragma db readonly
    maybe_text sender_key;  ///< "<author>:<client key>", so that one index probe finds a resend
    int mention_count = 0;  ///< rows in mention, so that only who has some asks for them
    bigint created_at = 0;
    maybe_bigint edited_at;
    maybe_bigint deleted_at;
};

#pragma db value
struct revision_key {
    bigint message = 0;
    int number = 0;
};

#pragma db object table("revision") pointer(std::shared_ptr)
struct revision_row {
#pragma db id column("")
    revision_key key;
#pragma db readonly
    bigint tenant = 0;
    std::string text;
    std::string data;
    bigint editor = 0;
    bigint replaced_at = 0;
};

#pragma db value
struct mention_key {
    bigint message = 0;
    bigint account = 0;
};

#pragma db object table("mention") pointer(std::shared_ptr)
struct mention_row {
#pragma db id column("")
    mention_key key;
#pragma db readonly
    bigint tenant = 0;
    bigint conversation = 0;
    maybe_bigint seq;  ///< the message's
    int place = 0;     ///< 0 for the first in the text
};

#pragma db value
struct event_key {
    bigint tenant = 0;
    bigint position = 0;
};

#pragma db object table("event") pointer(std::shared_ptr)
struct event_row {
#pragma db id column("")
    event_key key;
    std::string type;
    short heard_by = 0;
    maybe_bigint conversation;
    maybe_bigint account;
    maybe_bigint about;
    std::string data;
    bigint created_at = 0;
};

// Read-only for good: what is audited is not changed.
#pragma db object table("audit_entry") pointer(std::shared_ptr) readonly
struct audit_entry_row {
#pragma db id
    bigint id = 0;
    bigint tenant = 0;
    bigint at = 0;
    maybe_bigint actor;
    maybe_bigint session;
    std::string action;
    maybe_text subject_kind;
    maybe_bigint subject;
    std::string address;
    std::string request_id;
    std::string details;  ///< JSON, empty for {}
};

#pragma db object table("custom_role") pointer(std::shared_ptr)
struct custom_role_row {
#pragma db id
    bigint id = 0;
#pragma db readonly
    bigint tenant = 0;
#pragma db readonly
    std::string name;
    std::string sentence;
    std::string permissions;  ///< names with a space between
#pragma db readonly
    bigint created_at = 0;
    bigint updated_at = 0;
};

#pragma db value
struct plugin_cursor_key {
    bigint tenant = 0;
    std::string plugin;
};

#pragma db object table("plugin_cursor") pointer(std::shared_ptr)
struct plugin_cursor_row {
#pragma db id column("")
    plugin_cursor_key key;
    maybe_bigint heard;
    bigint relayed = 0;
};

#pragma db object table("plugin_job") pointer(std::shared_ptr)
struct plugin_job_row {
#pragma db id
    bigint id = 0;
#pragma db readonly
    bigint tenant = 0;
#pragma db readonly
    std::string plugin;
#pragma db readonly
    std::string job;
    std::string key;
    bigint due = 0;
    std::string input;
    int tries = 0;
    maybe_bigint leased_until;
    std::string leased_by;
};

#pragma db object table("parley_migration") pointer(std::shared_ptr)
struct migration_row {
#pragma db id
    int version = 0;
    std::string name;
    std::string checksum;
    bigint applied_at = 0;
};

}  // namespace storage
}  // namespace parley
