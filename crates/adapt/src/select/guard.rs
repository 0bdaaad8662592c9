/// TODO
pub struct Guard;
