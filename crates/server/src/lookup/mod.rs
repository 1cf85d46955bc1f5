//! Looking one receipt up: everything that is held of it, for those who have to answer for it.

pub mod find;
pub mod html;
mod labels;
pub mod page;
