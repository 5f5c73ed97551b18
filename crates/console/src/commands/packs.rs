//! Commands about the user's packs.

use crate::{core::Core, error::CommandError};
use watchdeck_wire::views::PacksView;

/// Put an example into the folder, and take it in at once.
pub(crate) async fn example(core: &Core) -> Result<PacksView, CommandError> {
    core.packs.put_example().await?;
    core.look_at_packs().await;
    Ok(core.packs.view())
}
