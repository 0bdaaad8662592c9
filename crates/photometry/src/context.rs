//! What goes with light curves that do not tell everything themselves.

use std::path::Path;

use crate::object_table::ObjectTable;
use crate::{Object, VegaOffsets};

/// What is known besides the light curves.
#[derive(Default)]
pub(crate) struct Context {
    pub(crate) table: Option<ObjectTable>,
    pub(crate) vega: VegaOffsets,
}

impl Context {
    /// Fills in what the table of objects knows.
    pub(crate) fn describe(&self, mut object: Object) -> Result<Object, String> {
        if let Some(table) = &self.table
            && !table.describe(&mut object)
        {
            return Err(format!(
                "object {} has no row in the table of objects {}: add it, or give another table with --metadata",
                object.object_id,
                table.path().display()
            ));
        }
        Ok(object)
    }

    pub(crate) fn table_path(&self) -> Option<&Path> {
        self.table.as_ref().map(ObjectTable::path)
    }
}
