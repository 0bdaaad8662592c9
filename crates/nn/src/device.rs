use hesper_learn::Error;
use serde::{Deserialize, Serialize};

/// Where a network is trained.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Device {
    /// The processor, on the calling thread.
    #[default]
    Cpu,
    /// A graphics card; needs the cargo feature `gpu`. It pays for wide layers and batches of thousands of rows, and its
    /// sums may differ from run to run in their last bits.
    Gpu,
}

impl Device {
    /// Burn's name for it, without derivatives.
    ///
    /// # Errors
    /// For [`Device::Gpu`] when the program was built without it.
    pub(crate) fn open(self) -> Result<burn_tensor::Device, Error> {
        match self {
            Self::Cpu => Ok(burn_tensor::Device::flex()),
            #[cfg(feature = "gpu")]
            Self::Gpu => Ok(burn_tensor::Device::wgpu(burn_tensor::DeviceKind::DefaultDevice)),
            #[cfg(not(feature = "gpu"))]
            Self::Gpu => {
                let limit = "cpu: this program was built without the cargo feature `gpu`";
                Err(Error::Parameter { name: "device", value: "gpu".to_owned(), limit })
            }
        }
    }
}
