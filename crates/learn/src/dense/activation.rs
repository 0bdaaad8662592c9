use serde::{Deserialize, Serialize};

/// What a hidden unit makes of its weighted sum.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Activation {
    /// max(0, z).
    #[default]
    Relu,
    /// z/2 · (1 + tanh(√(2/π) · (z + 0.044715 z³))), the usual approximation of z·Φ(z) (Hendrycks & Gimpel 2016,
    /// arXiv:1606.08415).
    Gelu,
    /// tanh z.
    Tanh,
}

impl Activation {
    const ALL: [Self; 3] = [Self::Relu, Self::Gelu, Self::Tanh];

    /// Applies it to each value.
    pub fn apply(self, values: &mut [f32]) {
        match self {
            Self::Relu => values.iter_mut().for_each(|z| *z = z.max(0.0)),
            Self::Gelu => values.iter_mut().for_each(|z| *z = gelu(*z)),
            Self::Tanh => values.iter_mut().for_each(|z| *z = z.tanh()),
        }
    }

    /// Its number in model files.
    pub(super) fn code(self) -> u32 {
        Self::ALL.iter().position(|activation| *activation == self).unwrap_or(0) as u32
    }

    pub(super) fn from_code(code: u32) -> Option<Self> {
        Self::ALL.get(code as usize).copied()
    }
}

fn gelu(z: f32) -> f32 {
    // √(2/π)
    const SCALE: f32 = 0.797_884_6;
    0.5 * z * (1.0 + (SCALE * (z + 0.044_715 * z * z * z)).tanh())
}
