//! The table of tests: what runs in which engine.

use crate::{
    engine::{ALL, Engine, Kind},
    runner::{Browser, Running, Test},
};

mod accessibility;
mod agents;
mod center;
mod changes;
mod clearing;
mod clicks;
mod covers;
mod elements;
mod gate;
mod guides;
mod hostile;
mod languages;
mod looks;
mod minors;
mod notice_page;
mod pages;
mod policies;
mod privacy_control;
mod receipts;
mod records;
mod regions;
mod rules;
mod separate;
mod service;
mod settings_of_the_visitor;
mod signing;
mod undo;
mod vendors;
mod visit;

pub(crate) use visit::claims;

/// Gives the tests' futures the one type that a table can hold.
macro_rules! tests {
    ($($engines:expr, $kind:ident => $module:ident { $($name:ident)* })*) => {
        /// Every browser test.
        pub(crate) const TESTS: &[Test] = &[$($(Test {
            name: stringify!($name),
            engines: $engines,
            kind: Kind::$kind,
            run: {
                fn run(browser: Browser) -> Running {
                    Box::pin($module::$name(browser))
                }
                run
            },
        },)*)*];
    };
}

tests! {
    ALL, Plain => visit {
        first_visit
        accept
        asked_separately
        refuse
        return_visit
        chinese
        keyboard_refusal
        page_left_midway
        two_tabs
        page_script
    }
    ALL, Plain => center {
        choose
        preferences
        escape_is_no_choice
        opened_three_times
        buttons_of_the_center
        withdraw
        frame
        many_services
        language
        my_choices
        my_picks
        whole_notice
        feedback
        at_the_shop
        keyboard
        inline
        axe_everything_open
    }
    ALL, Plain => receipts {
        receipt_in_hand
        endpoint_down_then_up
        server_down_at_the_choice
    }
    ALL, Plain => signing {
        refusal_without_webassembly
        claims_as_the_model_has_them
        what_was_shown
        verified_in_the_browser
        listed
        answers_of_an_endpoint
        without_database_or_key
        stored_forms
        asked_of_the_endpoint
        list_follows_the_delivery
    }
    ALL, Plain => policies {
        strict_page
        strict_demo_page
        no_webassembly
        webassembly_forbidden
        clobbered_page
        unmarked_tags
        order_of_tags
    }
    ALL, Plain => service { shop_works_after_a_refusal recommendations_without_the_person }
    ALL, Plain => privacy_control { signal_lowers_and_is_not_stored }
    &[Engine::Firefox], Gpc => privacy_control { signal_of_the_browser }
    ALL, Plain => rules { rules_of_the_loader }
    ALL, Plain => gate { nothing_before_the_choice_or_after_a_refusal each_once_after_an_acceptance unmarked_in_html }
    ALL, Plain => vendors { every_vendor_is_told }
    ALL, Plain => clearing { what_was_left_goes_with_its_consent reload_ends_what_cannot_be_told }
    ALL, Plain => records { records_of_other_versions answers_expire subdomains_share_one_answer newest_answer_of_all_tabs }
    ALL, Plain => changes { only_the_changed_purpose_is_asked new_words_alone changes_in_words }
    ALL, Plain => regions {
        region_of_the_page
        region_of_the_server
        region_that_never_comes
        asked_first_in_other_places
        do_not_sell_or_share
        opt_out_after_an_opt_in
        signal_is_told_where_it_is_honoured
    }
    ALL, Plain => covers {
        covers_name_what_waits
        load_once
        always_allow
        covers_go_with_the_answer
        covers_for_everybody
        covers_are_fetched_where_needed
        covers_in_one_language
    }
    ALL, Plain => separate {
        asked_one_by_one
        nothing_but_separate
        all_that_remain_refused
        left_between_two_questions
        refusing_all_answers_them
        separate_by_keyboard
        never_under_an_opt_out_regime
        question_and_line_apart
        axe_separate
    }
    &[Engine::Chromium], Plain => separate { answers_in_sight }
    ALL, Plain => undo {
        line_after_each_click
        line_stays_ten_seconds
        back_to_what_stood_before
        nothing_but_what_stood_before
        only_the_last_is_undone
        no_line_for_scripts
    }
    ALL, Plain => minors {
        old_enough
        refused_without_a_question
        guardian_agrees
        guardian_refuses
        age_is_not_asked_in_vain
        age_by_keyboard
        axe_minors
    }
    ALL, Plain => elements {
        box_in_a_form
        box_outside_a_form
        box_for_a_separate_purpose
        box_under_the_signal
        box_of_a_minor
        box_for_one_act
        unknown_purpose
        settings_anywhere
        center_in_the_page
        actions_of_the_page
        twice_later_and_never
        axe_elements
    }
    &[Engine::Chromium], Plain => elements { handle_in_the_corner }
    ALL, Plain => clicks { refusing_costs_what_accepting_costs withdrawing_costs_no_more_than_giving withdrawn_by_one_click_from_every_page }
    ALL, Plain => pages { later_elements_are_held_and_released }
    ALL, Plain => guides { pages_of_the_guides tag_manager_template }
    ALL, Plain => hostile {
        names_of_elements
        members_of_the_document
        polluted_prototypes
        accepted_with_pollution
        forged_texts
        storage_in_the_way
        forgetful_storage
        accepted_without_storage
        interfaces_in_the_way
        accepted_without_observer
        built_ins_changed_later
        two_copies
        places_of_the_tag
        in_a_frame
        in_a_sandbox
        unmarked_on_hostile_pages
    }
    ALL, Plain => agents { autoconsent_refuses autoconsent_accepts consent_o_matic_refuses agents_opt_out }
    &[Engine::Chromium], Plain => accessibility { axe_in_every_state }
    ALL, Plain => accessibility { axe_from_right_to_left }
    ALL, Plain => looks { axe_first_layer axe_center focus_is_never_hidden }
    &[Engine::Chromium], Plain => covers { covers_move_nothing }
    &[Engine::Chromium], Plain => pages { thousand_held_routes_leave_nothing thousand_released_routes_leave_nothing }
    &[Engine::Chromium], Plain => notice_page {
        notice_page_is_accessible
        notice_page_fits_every_screen
        notice_page_can_be_kept
        notice_page_can_be_printed
    }
    ALL, Plain => languages {
        languages_by_kin
        languages_of_the_browser
        one_language_is_loaded_alone
        language_of_the_question_behind_the_center
    }
    &[Engine::Chromium], Plain => languages { languages_on_a_narrow_screen languages_in_the_center }
    &[Engine::Chromium], Plain => settings_of_the_visitor {
        forced_colours
        forced_colours_of_what_is_kept_off
        nothing_moves
        four_times_as_large
        on_paper
    }
    &[Engine::Chromium], Plain => looks { layouts layout_shift narrow_screen screenshots }
}
